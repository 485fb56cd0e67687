import { RequestError, ShapeError, type Cancel } from '../errors/index.ts';
import { input, type Graph, type Value } from '../graph/index.ts';
import {
  clipFinalNorm,
  clipText,
  inferClipText,
  inferUNet,
  inferVae,
  unet,
  vaeDecoder,
  vaeEncoder,
  type Checkpoint,
  type ClipTextConfig,
  type ContextDoor,
  type UNetConfig,
} from '../models/index.ts';
import type { StepPlace } from '../adapters/index.ts';
import type { Feeds, Runtime } from '../runtime/index.ts';
import { tensor, type Tensor } from '../tensor/index.ts';
import { createPrograms, type Programs } from './programs.ts';

/** Vectors that take the place of tokens: embedding `vectors` [v, d] from position `at` of a window on. */
export interface TokenPatch {
  readonly window: number;
  /** Position in the window of 77, start token included. */
  readonly at: number;
  readonly vectors: Tensor;
}

export interface EncodeTextOptions {
  /** 1: the last state; N: the Nth state from the end. */
  readonly clipSkip: number;
  readonly patches?: readonly TokenPatch[];
}

/** The networks of a checkpoint as functions of host tensors. Each is compiled when it is first needed. */
export interface Networks {
  readonly unet: UNetConfig;
  readonly text: ClipTextConfig;
  /** Windows of 77 ids → states after the final norm [windows, 77, d]. Throws RequestError for a clip skip beyond the first state. */
  encodeText(ids: readonly (readonly number[])[], options: EncodeTextOptions): Promise<Tensor>;
  /** Every state of the text tower for windows of 77 ids, without the final norm: layers + 1 of [windows, 77, d]. */
  textStates(ids: readonly (readonly number[])[]): Promise<readonly Tensor[]>;
  /**
   * The UNet. x [b, c, h, w], t [b], context [r, n, d] with r a multiple of b: row i of x serves rows i, i + b, … of the context
   * → [r, 4, h, w]. `place`: where in its run a pass is, for networks whose strengths change on the way; its start if absent.
   * Throws ShapeError for other numbers of rows.
   */
  predict(x: Tensor, t: readonly number[], context: Tensor, cancel?: Cancel, place?: StepPlace): Promise<Tensor>;
  /** Pixels [b, 3, h, w] in [−1, 1], sizes multiples of 8 → moments [b, 2·z, h/8, w/8]. Throws ShapeError for other sizes. */
  encodePicture(pixels: Tensor, cancel?: Cancel): Promise<Tensor>;
  /** Latent [b, z, h, w], not scaled → pixels [b, 3, 8h, 8w], about [−1, 1]. */
  decodePicture(latent: Tensor, cancel?: Cancel): Promise<Tensor>;
  /** Compiles what a first step needs, so that nothing is left to load. */
  prepare(size: { readonly height: number; readonly width: number }): Promise<void>;
  /** Frees every program. */
  release(): Promise<void>;
}

export interface NetworksOptions {
  /** Convolutions continue at the opposite edge. */
  readonly tiling?: boolean;
  /** Where hypernetworks stand. */
  readonly context?: ContextDoor;
  /** What the UNet and the text tower are fed beside their own inputs, at a place of a pass. */
  readonly feeds?: (place: StepPlace) => Feeds;
}

/** Where a pass begins. */
const START: StepPlace = { step: 0, steps: 1 };

/** The networks of `checkpoint` on `runtime`. Throws ModelError where a part is missing or does not fit. */
export function createNetworks(runtime: Runtime, checkpoint: Checkpoint, options: NetworksOptions = {}): Networks {
  const programs = createPrograms(runtime);
  return {
    ...unetNetwork(programs, checkpoint, options),
    ...textNetwork(programs, checkpoint, options),
    ...vaeNetwork(programs, checkpoint, options),
    release: () => programs.release(),
  };
}

function unetNetwork(
  programs: Programs,
  checkpoint: Checkpoint,
  { tiling = false, context: door, feeds: more }: NetworksOptions,
): Pick<Networks, 'unet' | 'predict' | 'prepare'> {
  const scope = checkpoint.scope('unet');
  const config = inferUNet(scope, checkpoint.name);
  /** Sizes that every level halves evenly need no cropping on the way up. */
  const even = 2 ** config.input.filter((block) => block.resize === 'down').length;
  const program = (height: number, width: number): [name: string, graph: () => Graph] => {
    const sizes = height % even === 0 && width % even === 0 ? [`${even}*h`, `${even}*w`] : ['h', 'w'];
    const graph = (): Graph => {
      const x = input('x', ['b', config.inChannels, ...sizes]);
      const context = input('context', ['r', 'n', config.context]);
      const inputs = { x, t: input('t', ['b']), context };
      return { outputs: { out: unet(scope, config, inputs, { tiling, ...(door ? { context: door } : {}) }) } };
    };
    return [`unet ${sizes.join()}`, graph];
  };
  return {
    unet: config,
    async predict(x, t, context, cancel, place = START) {
      const [rows = 0, , height = 0, width = 0] = x.shape;
      if (t.length !== rows) throw new ShapeError('predict', `${rows} times`, [t.length]);
      if (context.shape[0]! % rows !== 0) throw new ShapeError('predict', `a multiple of ${rows} rows`, context.shape);
      const feeds = { ...more?.(place), x, t: tensor([t.length], Float32Array.from(t)), context };
      const { out } = await programs.run(...program(height, width), feeds, cancel);
      return out!;
    },
    prepare: ({ height, width }) => programs.prepare(...program(height, width)),
  };
}

function textNetwork(
  programs: Programs,
  checkpoint: Checkpoint,
  { feeds: more }: NetworksOptions,
): Pick<Networks, 'text' | 'encodeText' | 'textStates'> {
  const scope = checkpoint.scope('text');
  const config = inferClipText(scope, checkpoint.name);
  const { positions, width, layers } = config;
  const states = (patched: boolean): Value[] =>
    clipText(scope, config, {
      ids: input('ids', ['b', positions], 'i64'),
      ...(patched
        ? { keep: input('keep', ['b', positions, 1]), vectors: input('vectors', ['b', positions, width]) }
        : {}),
    });
  const idFeed = (ids: readonly (readonly number[])[]): Feeds[string] => ({
    shape: [ids.length, positions],
    data: BigInt64Array.from(ids.flat(), BigInt),
  });
  return {
    text: config,
    async encodeText(ids, { clipSkip, patches = [] }) {
      if (!(Number.isInteger(clipSkip) && clipSkip >= 1 && clipSkip <= layers + 1)) {
        throw new RequestError('CLIP_stop_at_last_layers', `${clipSkip} is not 1 to ${layers + 1}`, {
          hint: `This text encoder has ${layers} layers.`,
        });
      }
      const patched = patches.length > 0;
      const graph = (): Graph => ({
        seldom: true,
        outputs: { z: clipFinalNorm(scope, states(patched).at(-clipSkip)!) },
      });
      const feeds = patched ? patchFeeds(ids.length, patches, positions, width) : {};
      const { z } = await programs.run(`text ${clipSkip} ${patched}`, graph, {
        ...more?.(START),
        ...feeds,
        ids: idFeed(ids),
      });
      return z!;
    },
    async textStates(ids) {
      const graph = (): Graph => ({
        outputs: Object.fromEntries(states(false).map((state, i) => [`state${i}`, state])),
      });
      return Object.values(await programs.run('text states', graph, { ...more?.(START), ids: idFeed(ids) }));
    },
  };
}

function vaeNetwork(
  programs: Programs,
  checkpoint: Checkpoint,
  { tiling = false }: NetworksOptions,
): Pick<Networks, 'encodePicture' | 'decodePicture'> {
  const scope = checkpoint.scope('vae');
  const config = inferVae(scope, checkpoint.name);
  const times = 2 ** (config.levels.length - 1);
  return {
    async encodePicture(pixels, cancel) {
      if (pixels.shape.slice(2).some((size) => size % times !== 0))
        throw new ShapeError('encodePicture', `sizes that ${times} divides`, pixels.shape);
      const graph = (): Graph => ({
        seldom: true,
        outputs: {
          moments: vaeEncoder(scope, config, input('pixels', ['b', 3, `${times}*h`, `${times}*w`]), { tiling }),
        },
      });
      const { moments } = await programs.run('encode', graph, { pixels }, cancel);
      return moments!;
    },
    async decodePicture(latent, cancel) {
      const graph = (): Graph => ({
        seldom: true,
        outputs: { pixels: vaeDecoder(scope, config, input('latent', ['b', config.latent, 'h', 'w']), { tiling }) },
      });
      const { pixels } = await programs.run('decode', graph, { latent }, cancel);
      return pixels!;
    },
  };
}

/** Feeds that put vectors in place of tokens; rows beyond the end of a window are cut. */
function patchFeeds(count: number, patches: readonly TokenPatch[], positions: number, width: number): Feeds {
  const keep = tensor([count, positions, 1], new Float32Array(count * positions).fill(1));
  const vectors = tensor([count, positions, width]);
  for (const { window, at, vectors: given } of patches) {
    const rows = Math.min(given.shape[0]!, positions - at);
    keep.data.fill(0, window * positions + at, window * positions + at + rows);
    vectors.data.set(given.data.subarray(0, rows * width), (window * positions + at) * width);
  }
  return { keep, vectors };
}
