import type { TensorShapes } from './table.ts';
import { withTextModel } from './text-names.ts';
import { unetToLdm } from './unet-names.ts';
import { isVaeProjection, vaeToLdm } from './vae-names.ts';

/** What a tensor is called in a checkpoint, and how it is shaped there. */
export interface CheckpointName {
  readonly name: string;
  readonly shape: readonly number[];
}

/** Signs of networks in diffusers' spelling. */
const UNET_SIGN = 'down_blocks.0.resnets.0.conv1.weight';
const VAE_SIGN = 'decoder.mid_block.resnets.0.conv1.weight';
const VECTOR_SIGN = 'add_embedding.linear_1.weight';

/** Beginnings that programs put before a UNet or a VAE in diffusers' spelling, and the checkpoint's own. */
const UNETS: readonly (readonly [string, string])[] = [
  ['unet.', 'model.diffusion_model.'],
  ['model.diffusion_model.', 'model.diffusion_model.'],
  ['', ''],
];
const VAES: readonly (readonly [string, string])[] = [
  ['vae.', 'first_stage_model.'],
  ['first_stage_model.', 'first_stage_model.'],
  ['', ''],
];

/**
 * The names that a checkpoint has for the tensors of a file in diffusers' spelling: a UNet or VAE, alone or with a beginning of its own
 * (`unet.`, `vae.`), text encoders beside them (`text_encoder.`, `text_encoder_2.`), which keep Hugging Face's names. No tensor is
 * cut or put together, so that all stay where they lie. Undefined for files in another spelling. Names without a place stay.
 */
export function checkpointNames(tensors: TensorShapes): ReadonlyMap<string, CheckpointName> | undefined {
  const unet = UNETS.find(([prefix]) => tensors.has(prefix + UNET_SIGN));
  const vae = VAES.find(([prefix]) => tensors.has(prefix + VAE_SIGN));
  const texts = textPlaces(tensors);
  if (unet === undefined && vae === undefined && texts.length === 0) return undefined;
  const attends = new Set(
    [...tensors.keys()].flatMap((key) => /up_blocks\.(\d+)\.attentions\./.exec(key)?.[1] ?? []).map(Number),
  );
  const found = new Map<string, CheckpointName>();
  for (const [key, { shape }] of tensors) {
    found.set(key, inUNet(key, shape) ?? inVae(key, shape) ?? inText(key, shape) ?? { name: key, shape });
  }
  return found;

  function inUNet(key: string, shape: readonly number[]): CheckpointName | undefined {
    if (unet === undefined || !key.startsWith(unet[0])) return undefined;
    const name = unetToLdm(key.slice(unet[0].length), (level) => attends.has(level));
    return name === undefined ? undefined : { name: unet[1] + name, shape };
  }

  function inVae(key: string, shape: readonly number[]): CheckpointName | undefined {
    if (vae === undefined || !key.startsWith(vae[0])) return undefined;
    const inner = key.slice(vae[0].length);
    if (!/^(encoder|decoder|quant_conv|post_quant_conv)\./.test(inner)) return undefined;
    const name = vaeToLdm(inner);
    // Linear there, convolutions of one pixel here: the same numbers.
    return { name: vae[1] + name, shape: isVaeProjection(name) && shape.length === 2 ? [...shape, 1, 1] : shape };
  }

  function inText(key: string, shape: readonly number[]): CheckpointName | undefined {
    const place = texts.find(([prefix]) => key.startsWith(prefix));
    return place && { name: place[1] + withTextModel(key.slice(place[0].length)), shape };
  }
}

/** Where the text encoders of such a file go: SDXL keeps its two under a name of their own. */
function textPlaces(tensors: TensorShapes): readonly (readonly [string, string])[] {
  const has = (prefix: string): boolean =>
    ['text_model.', ''].some((inner) => tensors.has(`${prefix}${inner}embeddings.token_embedding.weight`));
  const [first, second] = [has('text_encoder.'), has('text_encoder_2.')];
  const pair = second || UNETS.some(([prefix]) => tensors.has(prefix + VECTOR_SIGN));
  return [
    ...(first
      ? [['text_encoder.', pair ? 'conditioner.embedders.0.transformer.' : 'cond_stage_model.transformer.'] as const]
      : []),
    ...(second ? [['text_encoder_2.', 'conditioner.embedders.1.transformer.'] as const] : []),
  ];
}
