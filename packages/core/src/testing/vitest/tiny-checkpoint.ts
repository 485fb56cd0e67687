import { input, type WeightRef } from '../../graph/index.ts';
import { createCheckpoint, textTower, unet, vaeDecoder, vaeEncoder, type Checkpoint } from '../../models/index.ts';
import type { UNetBlock, UNetConfig } from '../../models/index.ts';
import type { Scope } from '../../nn/index.ts';
import { madeUpWeights, shapesOf } from './shapes.ts';
import { TINY_TEXT, TINY_UNET, TINY_VAE } from './tiny.ts';

/** Base models whose smallest checkpoint there is. */
export type TinyBase = 'SD1' | 'SD2' | 'SDXL' | 'SDXL refiner';

interface TinyParts {
  readonly unet: UNetConfig;
  /** Places of text encoders: as Hugging Face names them, or OpenCLIP. */
  readonly hf?: string;
  readonly openClip?: string;
}

const WIDTH = TINY_TEXT.width;
/** Heads are 64 wide there, so that everything is twice as wide as in the tiny UNet. */
const LINEAR: UNetConfig = {
  ...TINY_UNET,
  channels: 2 * TINY_UNET.channels,
  input: TINY_UNET.input.map(twice),
  output: TINY_UNET.output.map(twice),
  heads: { width: 64 },
  projection: 'linear',
};

function twice({ channels, ...block }: UNetBlock): UNetBlock {
  return { ...block, channels: channels === undefined ? undefined : 2 * channels };
}

const PARTS: Readonly<Record<TinyBase, TinyParts>> = {
  SD1: { unet: { ...TINY_UNET, context: WIDTH }, hf: 'cond_stage_model.transformer.text_model' },
  SD2: { unet: { ...LINEAR, context: WIDTH }, openClip: 'cond_stage_model.model' },
  SDXL: {
    unet: { ...LINEAR, context: 2 * WIDTH, vector: WIDTH + 6 * 256 },
    hf: 'conditioner.embedders.0.transformer.text_model',
    openClip: 'conditioner.embedders.1.model',
  },
  'SDXL refiner': {
    unet: { ...LINEAR, context: WIDTH, vector: WIDTH + 5 * 256 },
    openClip: 'conditioner.embedders.0.model',
  },
};

/** The UNet of the smallest checkpoint of a base. */
export function tinyUNet(base: TinyBase): UNetConfig {
  return PARTS[base].unet;
}

/** Seeded weights of the smallest checkpoint of a base: every network in the tiny configuration, in windows of 5 tokens. */
export function tinyWeights(base: TinyBase): ReadonlyMap<string, WeightRef> {
  const { unet: config, hf, openClip } = PARTS[base];
  return madeUpWeights(
    shapesOf((p) => {
      const vector = config.vector > 0 ? { vector: input('vector', ['r', config.vector]) } : {};
      unet(p.at('model.diffusion_model'), config, {
        x: input('x', ['b', 4, '2*h', '2*w']),
        t: input('t', ['b']),
        context: input('context', ['r', 'n', config.context]),
        ...vector,
      });
      if (hf !== undefined) takeText(p.at(hf), HF_TOWER);
      if (openClip !== undefined) takeText(p.at(openClip), OPEN_CLIP_TOWER);
      vaeEncoder(p.at('first_stage_model'), TINY_VAE, input('pixels', ['b', 3, '2*h', '2*w']));
      vaeDecoder(p.at('first_stage_model'), TINY_VAE, input('latent', ['b', 4, 'h', 'w']));
    }),
  );
}

/** The smallest checkpoint of a base. */
export function tinyCheckpoint(base: TinyBase = 'SD1', weights = tinyWeights(base)): Checkpoint {
  const file = {
    name: 'tiny',
    container: 'safetensors',
    tensors: new Map(),
    metadata: new Map(),
    value: undefined,
  } as const;
  return createCheckpoint({ main: { file, weights } });
}

const { vocabulary, positions, mlp, layers } = TINY_TEXT;
/** The tensors by which a tower's configuration is read. */
const HF_TOWER: Readonly<Record<string, readonly number[]>> = {
  'embeddings.token_embedding.weight': [vocabulary, WIDTH],
  'embeddings.position_embedding.weight': [positions, WIDTH],
  'encoder.layers.0.mlp.fc1.weight': [mlp, WIDTH],
  ...Object.fromEntries(Array.from({ length: layers }, (_, i) => [`encoder.layers.${i}.layer_norm1.weight`, [WIDTH]])),
};
const OPEN_CLIP_TOWER: Readonly<Record<string, readonly number[]>> = {
  'token_embedding.weight': [vocabulary, WIDTH],
  positional_embedding: [positions, WIDTH],
  text_projection: [WIDTH, WIDTH],
  'transformer.resblocks.0.mlp.c_fc.weight': [mlp, WIDTH],
  ...Object.fromEntries(Array.from({ length: layers }, (_, i) => [`transformer.resblocks.${i}.ln_1.weight`, [WIDTH]])),
};

/** Takes every weight of a text tower, whose configuration is read off those of `signs`. */
function takeText(p: Scope, signs: Readonly<Record<string, readonly number[]>>): void {
  for (const [name, shape] of Object.entries(signs)) p.weight(name, shape);
  const tower = textTower(p, 'tiny');
  tower.norm(tower.states({ ids: input('ids', ['b', positions], 'i64') }).at(-1)!);
}
