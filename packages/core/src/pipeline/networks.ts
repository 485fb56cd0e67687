import type { Cancel } from '../errors/index.ts';
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
  type UNetConfig,
} from '../models/index.ts';

import { compile, type Feeds, type Program, type Runtime } from '../runtime/index.ts';
import { tensor, type Tensor } from '../tensor/index.ts';

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
  /** Windows of 77 ids → states after the final norm [windows, 77, d]. */
  encodeText(ids: readonly (readonly number[])[], options: EncodeTextOptions): Promise<Tensor>;
  /** Every state of the text tower for windows of 77 ids, without the final norm: layers + 1 of [windows, 77, d]. */
  textStates(ids: readonly (readonly number[])[]): Promise<readonly Tensor[]>;
  /**
   * The UNet. x [b, c, h, w], t [b], context [r, n, d] with r a multiple of b: row i of x serves rows i, i + b, … of the context
   * → [r, 4, h, w].
   */
  predict(x: Tensor, t: readonly number[], context: Tensor, cancel?: Cancel): Promise<Tensor>;
  /** Pixels [b, 3, h, w] in [−1, 1], sizes multiples of 8 → moments [b, 2·z, h/8, w/8]. */
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
}

/** The networks of `checkpoint` on `runtime`. Throws ModelError where a part is missing or does not fit. */
export function createNetworks(runtime: Runtime, checkpoint: Checkpoint, options: NetworksOptions = {}): Networks {
  const { tiling = false } = options;
  const programs = new Map<string, Promise<Program>>();
  const program = (key: string, graph: () => Graph): Promise<Program> => {
    const known = programs.get(key) ?? compile(runtime, graph());
    programs.set(key, known);
    return known;
  };
  const run = async (
    key: string,
    graph: () => Graph,
    feeds: Feeds,
    cancel?: Cancel,
  ): Promise<Readonly<Record<string, Tensor>>> => (await program(key, graph)).run(feeds, cancel);

  const unetScope = checkpoint.scope('unet');
  const textScope = checkpoint.scope('text');
  const vaeScope = checkpoint.scope('vae');
  const unetConfig = inferUNet(unetScope, checkpoint.name);
  const textConfig = inferClipText(textScope, checkpoint.name);
  const vaeConfig = inferVae(vaeScope, checkpoint.name);
  const windows = textConfig.positions;
  const levels = unetConfig.input.filter((block) => block.resize === 'down').length;

  /** Sizes that every level halves evenly need no cropping on the way up. */
  const unetSizes = (height: number, width: number): readonly [string, string] => {
    const all = 2 ** levels;
    return height % all === 0 && width % all === 0 ? [`${all}*h`, `${all}*w`] : ['h', 'w'];
  };
  const unetGraph = (height: number, width: number) => (): Graph => ({
    outputs: {
      out: unet(
        unetScope,
        unetConfig,
        {
          x: input('x', ['b', unetConfig.inChannels, ...unetSizes(height, width)]),
          t: input('t', ['b']),
          context: input('context', ['r', 'n', unetConfig.context]),
        },
        { tiling },
      ),
    },
  });
  const unetKey = (height: number, width: number): string => `unet ${unetSizes(height, width).join()}`;

  const textInputs = (patched: boolean): { ids: Value; keep?: Value; vectors?: Value } => ({
    ids: input('ids', ['b', windows], 'i64'),
    ...(patched
      ? { keep: input('keep', ['b', windows, 1]), vectors: input('vectors', ['b', windows, textConfig.width]) }
      : {}),
  });
  const ids64 = (ids: readonly (readonly number[])[]): { shape: number[]; data: BigInt64Array } => ({
    shape: [ids.length, windows],
    data: BigInt64Array.from(ids.flat(), BigInt),
  });

  return {
    unet: unetConfig,
    text: textConfig,
    async encodeText(ids, { clipSkip, patches = [] }) {
      const patched = patches.length > 0;
      const graph = (): Graph => {
        const states = clipText(textScope, textConfig, textInputs(patched));
        return { outputs: { z: clipFinalNorm(textScope, states[states.length - clipSkip]!) } };
      };
      const feeds = patched
        ? { ids: ids64(ids), ...patchFeeds(ids.length, patches, windows, textConfig.width) }
        : { ids: ids64(ids) };
      const { z } = await run(`text ${clipSkip} ${patched}`, graph, feeds);
      return z!;
    },
    async textStates(ids) {
      const graph = (): Graph => ({
        outputs: Object.fromEntries(
          clipText(textScope, textConfig, textInputs(false)).map((state, i) => [`state${i}`, state]),
        ),
      });
      return Object.values(await run('text states', graph, { ids: ids64(ids) }));
    },
    async predict(x, t, context, cancel) {
      const [, , height = 0, width = 0] = x.shape;
      const feeds = { x, t: tensor([t.length], Float32Array.from(t)), context };
      const { out } = await run(unetKey(height, width), unetGraph(height, width), feeds, cancel);
      return out!;
    },
    async encodePicture(pixels, cancel) {
      const graph = (): Graph => ({
        outputs: { moments: vaeEncoder(vaeScope, vaeConfig, input('pixels', ['b', 3, '8*h', '8*w']), { tiling }) },
      });
      const { moments } = await run('encode', graph, { pixels }, cancel);
      return moments!;
    },
    async decodePicture(latent, cancel) {
      const graph = (): Graph => ({
        outputs: {
          pixels: vaeDecoder(vaeScope, vaeConfig, input('latent', ['b', vaeConfig.latent, 'h', 'w']), { tiling }),
        },
      });
      const { pixels } = await run('decode', graph, { latent }, cancel);
      return pixels!;
    },
    async prepare({ height, width }) {
      await program(unetKey(height, width), unetGraph(height, width));
    },
    async release() {
      const all = await Promise.allSettled(programs.values());
      programs.clear();
      await Promise.all(all.flatMap((result) => (result.status === 'fulfilled' ? [result.value.release()] : [])));
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
