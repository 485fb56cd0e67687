import { createNames, type NameTable, type TensorShapes } from './table.ts';

/** A base model whose layers are known without a checkpoint. */
export type KnownBase = 'SD1' | 'SD2' | 'SDXL' | 'SDXL refiner';

interface UNetShape {
  /** Channels of the first level. */
  readonly channels: number;
  /** Channels of the levels, as multiples. */
  readonly levels: readonly number[];
  /** Transformer blocks of each level, and of the middle. */
  readonly depths: readonly number[];
  readonly middle: number;
  /** Width of the text context. */
  readonly context: number;
  /** Width of the vector beside the time; 0: none. */
  readonly vector: number;
  readonly projection: 'conv' | 'linear';
}

interface TextShape {
  readonly prefix: string;
  readonly naming: 'hf' | 'openclip';
  readonly layers: number;
  readonly width: number;
}

interface Architecture {
  readonly unet: UNetShape;
  readonly texts: readonly TextShape[];
}

const CLIP_L = { naming: 'hf', layers: 12, width: 768 } as const;
const CLIP_G = { naming: 'openclip', layers: 32, width: 1280 } as const;

/** Rombach et al. 2022, Podell et al. 2023; sizes from the published configurations. */
const ARCHITECTURES: Readonly<Record<KnownBase, Architecture>> = {
  SD1: {
    unet: {
      channels: 320,
      levels: [1, 2, 4, 4],
      depths: [1, 1, 1, 0],
      middle: 1,
      context: 768,
      vector: 0,
      projection: 'conv',
    },
    texts: [{ ...CLIP_L, prefix: 'cond_stage_model.transformer.text_model.' }],
  },
  SD2: {
    unet: {
      channels: 320,
      levels: [1, 2, 4, 4],
      depths: [1, 1, 1, 0],
      middle: 1,
      context: 1024,
      vector: 0,
      projection: 'linear',
    },
    texts: [{ naming: 'openclip', layers: 24, width: 1024, prefix: 'cond_stage_model.model.' }],
  },
  SDXL: {
    unet: {
      channels: 320,
      levels: [1, 2, 4],
      depths: [0, 2, 10],
      middle: 10,
      context: 2048,
      vector: 2816,
      projection: 'linear',
    },
    texts: [
      { ...CLIP_L, prefix: 'conditioner.embedders.0.transformer.text_model.' },
      { ...CLIP_G, prefix: 'conditioner.embedders.1.model.' },
    ],
  },
  'SDXL refiner': {
    unet: {
      channels: 384,
      levels: [1, 2, 4, 4],
      depths: [0, 4, 4, 0],
      middle: 4,
      context: 1280,
      vector: 2560,
      projection: 'linear',
    },
    texts: [{ ...CLIP_G, prefix: 'conditioner.embedders.0.model.' }],
  },
};

const VOCABULARY = 49408;
const POSITIONS = 77;
/** Work blocks of a UNet's level on the way down; one more on the way up. */
const BLOCKS = 2;

type Add = (name: string, shape: readonly number[]) => void;

const tables = new Map<KnownBase, NameTable>();

/** The layers of a base model, in the checkpoint's spelling and at its real size. */
export function knownNames(base: KnownBase): NameTable {
  let table = tables.get(base);
  if (table === undefined) {
    table = createNames(checkpointShapes(base));
    tables.set(base, table);
  }
  return table;
}

/** Every tensor of a base model's checkpoint, by name. */
export function checkpointShapes(base: KnownBase): TensorShapes {
  const { unet, texts } = ARCHITECTURES[base];
  const tensors = new Map<string, { readonly shape: readonly number[] }>();
  const under =
    (prefix: string): Add =>
    (name, shape) =>
      tensors.set(prefix + name, { shape });
  addUNet(under('model.diffusion_model.'), unet);
  addVae(under('first_stage_model.'));
  for (const text of texts) (text.naming === 'hf' ? addHfText : addOpenClipText)(under(text.prefix), text);
  return tensors;
}

/** A layer with weight and bias. */
function addLayer(add: Add, path: string, shape: readonly number[]): void {
  add(`${path}.weight`, shape);
  add(`${path}.bias`, [shape[0]!]);
}

function addUNet(add: Add, shape: UNetShape): void {
  const { channels, levels, depths, vector } = shape;
  const time = 4 * channels;
  addLayer(add, 'time_embed.0', [time, channels]);
  addLayer(add, 'time_embed.2', [time, time]);
  if (vector > 0) {
    addLayer(add, 'label_emb.0.0', [time, vector]);
    addLayer(add, 'label_emb.0.2', [time, time]);
  }
  addLayer(add, 'input_blocks.0.0', [channels, 4, 3, 3]);
  const skips = [channels];
  let width = channels;
  for (const [i, multiple] of levels.entries()) {
    for (let j = 0; j < BLOCKS; j++) {
      const path = `input_blocks.${skips.length}`;
      addResidual(add, `${path}.0`, { from: width, to: multiple * channels, time });
      width = multiple * channels;
      addTransformer(add, `${path}.1`, { width, depth: depths[i]!, shape });
      skips.push(width);
    }
    if (i < levels.length - 1) {
      addLayer(add, `input_blocks.${skips.length}.0.op`, [width, width, 3, 3]);
      skips.push(width);
    }
  }
  addResidual(add, 'middle_block.0', { from: width, to: width, time });
  addTransformer(add, 'middle_block.1', { width, depth: shape.middle, shape });
  addResidual(add, 'middle_block.2', { from: width, to: width, time });
  let block = 0;
  for (const [i, multiple] of [...levels.entries()].reverse()) {
    for (let j = 0; j <= BLOCKS; j++) {
      const path = `output_blocks.${block++}`;
      addResidual(add, `${path}.0`, { from: width + skips.pop()!, to: multiple * channels, time });
      width = multiple * channels;
      addTransformer(add, `${path}.1`, { width, depth: depths[i]!, shape });
      if (j === BLOCKS && i > 0) addLayer(add, `${path}.${depths[i]! > 0 ? 2 : 1}.conv`, [width, width, 3, 3]);
    }
  }
  addLayer(add, 'out.0', [channels]);
  addLayer(add, 'out.2', [4, channels, 3, 3]);
}

function addResidual(
  add: Add,
  path: string,
  { from, to, time }: { readonly from: number; readonly to: number; readonly time: number },
): void {
  addLayer(add, `${path}.in_layers.0`, [from]);
  addLayer(add, `${path}.in_layers.2`, [to, from, 3, 3]);
  addLayer(add, `${path}.emb_layers.1`, [to, time]);
  addLayer(add, `${path}.out_layers.0`, [to]);
  addLayer(add, `${path}.out_layers.3`, [to, to, 3, 3]);
  if (from !== to) addLayer(add, `${path}.skip_connection`, [to, from, 1, 1]);
}

function addTransformer(
  add: Add,
  path: string,
  { width, depth, shape }: { readonly width: number; readonly depth: number; readonly shape: UNetShape },
): void {
  if (depth === 0) return;
  const projection = shape.projection === 'conv' ? [width, width, 1, 1] : [width, width];
  addLayer(add, `${path}.norm`, [width]);
  addLayer(add, `${path}.proj_in`, projection);
  for (let t = 0; t < depth; t++) {
    const block = `${path}.transformer_blocks.${t}`;
    for (const [name, context] of [
      ['attn1', width],
      ['attn2', shape.context],
    ] as const) {
      add(`${block}.${name}.to_q.weight`, [width, width]);
      add(`${block}.${name}.to_k.weight`, [width, context]);
      add(`${block}.${name}.to_v.weight`, [width, context]);
      addLayer(add, `${block}.${name}.to_out.0`, [width, width]);
    }
    addLayer(add, `${block}.ff.net.0.proj`, [8 * width, width]);
    addLayer(add, `${block}.ff.net.2`, [width, 4 * width]);
    for (const norm of ['norm1', 'norm2', 'norm3']) addLayer(add, `${block}.${norm}`, [width]);
  }
  addLayer(add, `${path}.proj_out`, projection);
}

function addHfText(add: Add, { layers, width }: TextShape): void {
  add('embeddings.token_embedding.weight', [VOCABULARY, width]);
  add('embeddings.position_embedding.weight', [POSITIONS, width]);
  for (let n = 0; n < layers; n++) {
    const layer = `encoder.layers.${n}`;
    for (const name of ['k_proj', 'v_proj', 'q_proj', 'out_proj'])
      addLayer(add, `${layer}.self_attn.${name}`, [width, width]);
    addLayer(add, `${layer}.layer_norm1`, [width]);
    addLayer(add, `${layer}.mlp.fc1`, [4 * width, width]);
    addLayer(add, `${layer}.mlp.fc2`, [width, 4 * width]);
    addLayer(add, `${layer}.layer_norm2`, [width]);
  }
  addLayer(add, 'final_layer_norm', [width]);
}

function addOpenClipText(add: Add, { layers, width }: TextShape): void {
  add('positional_embedding', [POSITIONS, width]);
  add('text_projection', [width, width]);
  add('logit_scale', []);
  for (let n = 0; n < layers; n++) {
    const block = `transformer.resblocks.${n}`;
    addLayer(add, `${block}.ln_1`, [width]);
    add(`${block}.attn.in_proj_weight`, [3 * width, width]);
    add(`${block}.attn.in_proj_bias`, [3 * width]);
    addLayer(add, `${block}.attn.out_proj`, [width, width]);
    addLayer(add, `${block}.ln_2`, [width]);
    addLayer(add, `${block}.mlp.c_fc`, [4 * width, width]);
    addLayer(add, `${block}.mlp.c_proj`, [width, 4 * width]);
  }
  add('token_embedding.weight', [VOCABULARY, width]);
  addLayer(add, 'ln_final', [width]);
}

/** The VAE of every Stable Diffusion: 128 channels, levels of 1, 2, 4, 4 times as many, 4 latent channels. */
function addVae(add: Add): void {
  const widths = [128, 256, 512, 512];
  const top = widths.at(-1)!;
  const residual = (path: string, from: number, to: number): void => {
    addLayer(add, `${path}.norm1`, [from]);
    addLayer(add, `${path}.conv1`, [to, from, 3, 3]);
    addLayer(add, `${path}.norm2`, [to]);
    addLayer(add, `${path}.conv2`, [to, to, 3, 3]);
    if (from !== to) addLayer(add, `${path}.nin_shortcut`, [to, from, 1, 1]);
  };
  const middle = (half: string): void => {
    residual(`${half}.mid.block_1`, top, top);
    addLayer(add, `${half}.mid.attn_1.norm`, [top]);
    for (const name of ['q', 'k', 'v', 'proj_out']) addLayer(add, `${half}.mid.attn_1.${name}`, [top, top, 1, 1]);
    residual(`${half}.mid.block_2`, top, top);
  };
  addLayer(add, 'encoder.conv_in', [widths[0]!, 3, 3, 3]);
  for (const [i, to] of widths.entries()) {
    const from = widths[i - 1] ?? to;
    for (const [j, input] of [from, to].entries()) residual(`encoder.down.${i}.block.${j}`, input, to);
    if (i < widths.length - 1) addLayer(add, `encoder.down.${i}.downsample.conv`, [to, to, 3, 3]);
  }
  middle('encoder');
  addLayer(add, 'encoder.norm_out', [top]);
  addLayer(add, 'encoder.conv_out', [8, top, 3, 3]);
  addLayer(add, 'decoder.conv_in', [top, 4, 3, 3]);
  middle('decoder');
  for (const [i, to] of widths.entries()) {
    const from = widths[i + 1] ?? to;
    for (const [j, input] of [from, to, to].entries()) residual(`decoder.up.${i}.block.${j}`, input, to);
    if (i > 0) addLayer(add, `decoder.up.${i}.upsample.conv`, [to, to, 3, 3]);
  }
  addLayer(add, 'decoder.norm_out', [widths[0]!]);
  addLayer(add, 'decoder.conv_out', [3, widths[0]!, 3, 3]);
  addLayer(add, 'quant_conv', [8, 8, 1, 1]);
  addLayer(add, 'post_quant_conv', [4, 4, 1, 1]);
}
