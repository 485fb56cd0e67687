import { flatten, type NameTable } from './table.ts';

// How A1111 1.10.1 finds the layer of an adapter's name (extensions-builtin/Lora/networks.py): by rules on the text,
// some of which miss. Kept to tell people which layers A1111 leaves out of a file that Graft applies whole.

const RESIDUAL: ReadonlyMap<string, string> = new Map([
  ['norm1', 'in_layers_0'],
  ['conv1', 'in_layers_2'],
  ['time_emb_proj', 'emb_layers_1'],
  ['norm2', 'out_layers_0'],
  ['conv2', 'out_layers_3'],
  ['conv_shortcut', 'skip_connection'],
]);

const UNET = 'diffusion_model';

/** The rules: a pattern of the name, and what becomes of its groups. */
const RULES: readonly (readonly [RegExp, (groups: readonly string[], openClip: boolean) => string])[] = [
  [/^lora_unet_conv_in(.*)$/, ([rest = '']) => `${UNET}_input_blocks_0_0${rest}`],
  [/^lora_unet_conv_out(.*)$/, ([rest = '']) => `${UNET}_out_2${rest}`],
  [/^lora_unet_time_embedding_linear_(\d+)(.*)$/, ([k, rest = '']) => `${UNET}_time_embed_${2 * Number(k) - 2}${rest}`],
  [
    /^lora_unet_down_blocks_(\d+)_(attentions|resnets)_(\d+)_(.+)$/,
    ([i, kind = '', j, inner = '']) => `${UNET}_input_blocks_${1 + 3 * Number(i) + Number(j)}_${insideOf(kind, inner)}`,
  ],
  [
    /^lora_unet_mid_block_(attentions|resnets)_(\d+)_(.+)$/,
    ([kind = '', j, inner = '']) =>
      `${UNET}_middle_block_${kind === 'attentions' ? 1 : 2 * Number(j)}_${insideOf(kind, inner).slice(2)}`,
  ],
  [
    /^lora_unet_up_blocks_(\d+)_(attentions|resnets)_(\d+)_(.+)$/,
    ([i, kind = '', j, inner = '']) => `${UNET}_output_blocks_${3 * Number(i) + Number(j)}_${insideOf(kind, inner)}`,
  ],
  [/^lora_unet_down_blocks_(\d+)_downsamplers_0_conv/, ([i]) => `${UNET}_input_blocks_${3 + 3 * Number(i)}_0_op`],
  [
    /^lora_unet_up_blocks_(\d+)_upsamplers_0_conv/,
    ([i]) => `${UNET}_output_blocks_${2 + 3 * Number(i)}_${Number(i) > 0 ? 2 : 1}_conv`,
  ],
  [
    /^lora_te_text_model_encoder_layers_(\d+)_(.+)$/,
    ([n, inner = ''], openClip) =>
      openClip
        ? `model_transformer_resblocks_${n}_${openClipInner(inner)}`
        : `transformer_text_model_encoder_layers_${n}_${inner}`,
  ],
  [
    /^lora_te2_text_model_encoder_layers_(\d+)_(.+)$/,
    ([n, inner = '']) => `1_model_transformer_resblocks_${n}_${openClipInner(inner)}`,
  ],
];

function insideOf(kind: string, inner: string): string {
  return kind === 'attentions' ? `1_${inner}` : `0_${RESIDUAL.get(inner) ?? inner}`;
}

function openClipInner(inner: string): string {
  if (inner.includes('mlp_fc1')) return inner.replaceAll('mlp_fc1', 'mlp_c_fc');
  if (inner.includes('mlp_fc2')) return inner.replaceAll('mlp_fc2', 'mlp_c_proj');
  return inner.replaceAll('self_attn', 'attn');
}

/** What A1111 makes of a name's spelling; the name itself where no rule holds. `openClip`: the model is SD2. */
export function a1111Spelling(name: string, openClip: boolean): string {
  for (const [pattern, rewrite] of RULES) {
    const found = pattern.exec(name);
    if (found !== null) return rewrite(found.slice(1), openClip);
  }
  return name;
}

/** What A1111 then tries with a name that its rules did not find. */
const SECOND_TRIES: readonly (readonly [string, readonly string[]])[] = [
  ['lora_unet', [UNET]],
  ['lora_te1_text_model', ['0_transformer_text_model', 'transformer_text_model']],
  ['oft_unet', [UNET]],
];

/** The layers of a model by A1111's names. */
export interface A1111Layers {
  has(layer: string): boolean;
  /** Whether the model is SD2, whose text encoder has other names. */
  readonly openClip: boolean;
}

export function a1111Layers(names: NameTable): A1111Layers {
  const layers = new Set<string>();
  for (const module of names.modules) {
    // What OpenCLIP keeps as bare parameters is no layer there.
    if (module.component === 'vae' || !module.weight.key.endsWith('weight')) continue;
    const prefix = names.places.find(({ component }) => component === module.component)!.prefix;
    layers.add(flatten(`${prefix}${module.ldm}`.replace(/^(model|cond_stage_model|conditioner\.embedders)\./, '')));
  }
  const openClip = names.places.some(({ prefix }) => prefix === 'cond_stage_model.model.');
  return { has: (layer) => layers.has(layer), openClip };
}

/** The name of the layer for which A1111 takes the parts of an adapter's name; undefined: it drops them without a word. */
export function a1111Layer(name: string, layers: A1111Layers): string | undefined {
  const first = a1111Spelling(name, layers.openClip);
  if (layers.has(first)) return first;
  const again = SECOND_TRIES.find(([head]) => name.includes(head));
  return again?.[1]
    .map((replacement) => name.replace(again[0], replacement))
    .find((candidate) => layers.has(candidate));
}
