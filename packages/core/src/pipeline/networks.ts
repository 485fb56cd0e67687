import { RequestError, ShapeError, type Cancel } from '../errors/index.ts';
import { input, type Graph, type Value } from '../graph/index.ts';
import {
  inferModel,
  unet,
  vaeDecoder,
  vaeEncoder,
  type Checkpoint,
  type ClipTextConfig,
  type Conditioning,
  type ContextDoor,
  type TextComponent,
  type TextTower,
  type UNetConfig,
  type VaeConfig,
} from '../models/index.ts';
import { fixed } from '../nn/index.ts';
import { matmul, reshape } from '../ops/index.ts';
import type { StepPlace } from '../adapters/index.ts';
import type { Feeds, Runtime } from '../runtime/index.ts';
import { tensor, type Tensor } from '../tensor/index.ts';
import type { EncodedText } from '../text/index.ts';
import { createPrograms, type Programs } from './programs.ts';

/** Vectors that take the place of tokens: embedding `vectors` [v, d] from position `at` of a window on. */
export interface TokenPatch {
  readonly window: number;
  /** Position in the window of 77, start token included. */
  readonly at: number;
  readonly vectors: Tensor;
}

export interface EncodeTextOptions {
  /** Which state, counted from the end: 1 is after the last block. */
  readonly state: number;
  /** The final norm comes after it. */
  readonly norm: boolean;
  /** The pooled vector besides. */
  readonly pooled?: boolean;
  readonly patches?: readonly TokenPatch[];
}

/** A text encoder as functions of host tensors. */
export interface TextNetwork {
  readonly naming: TextTower['naming'];
  readonly config: ClipTextConfig;
  /** Width of its pooled vectors; 0: it has none. */
  readonly pooled: number;
  /**
   * Windows of 77 ids → a state z [windows, 77, d], and the pooled vectors [windows, p] if they are asked for.
   * Throws RequestError for a state before the first, ModelError for a pooled vector without a projection.
   */
  encode(ids: readonly (readonly number[])[], options: EncodeTextOptions): Promise<EncodedText>;
  /** Every state, without the final norm: layers + 1 of [windows, 77, d]. */
  states(ids: readonly (readonly number[])[]): Promise<readonly Tensor[]>;
}

/** What the UNet is told. */
export interface UNetText {
  /** [r, n, d] */
  readonly context: Tensor;
  /** [r, v], of UNets that take one (SDXL). */
  readonly vector?: Tensor | undefined;
}

/** The networks of a checkpoint as functions of host tensors. Each is compiled when it is first needed. */
export interface Networks {
  readonly unet: UNetConfig;
  /** How its UNet is told what to draw. */
  readonly conditioning: Conditioning;
  /** Those that its conditioning uses. */
  readonly texts: Readonly<Partial<Record<TextComponent, TextNetwork>>>;
  /**
   * The UNet. x [b, c, h, w], t [b], texts of r rows with r a multiple of b: row i of x serves rows i, i + b, … of the texts
   * → [r, 4, h, w]. `place`: where in its run a pass is, for networks whose strengths change on the way; its start if absent.
   * Throws ShapeError for other numbers of rows.
   */
  predict(x: Tensor, t: readonly number[], text: UNetText, cancel?: Cancel, place?: StepPlace): Promise<Tensor>;
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
  /** Programs that networks share which differ in feeds alone; own ones if absent. */
  readonly programs?: Programs;
}

/** Where a pass begins. */
const START: StepPlace = { step: 0, steps: 1 };

/** The networks of `checkpoint` on `runtime`. Throws ModelError where a part is missing or does not fit. */
export function createNetworks(runtime: Runtime, checkpoint: Checkpoint, options: NetworksOptions = {}): Networks {
  const programs = options.programs ?? createPrograms(runtime);
  const { unet, conditioning, towers, vae } = inferModel(checkpoint);
  return {
    ...unetNetwork(programs, checkpoint, { ...options, config: unet }),
    conditioning,
    texts: Object.fromEntries(
      Object.entries(towers).map(([component, tower]) => [
        component,
        textNetwork(programs, tower, { ...options, name: component as TextComponent }),
      ]),
    ),
    ...vaeNetwork(programs, checkpoint, { ...options, config: vae }),
    release: () => programs.release(),
  };
}

function unetNetwork(
  programs: Programs,
  checkpoint: Checkpoint,
  { config, tiling = false, context: door, feeds: more }: NetworksOptions & { readonly config: UNetConfig },
): Pick<Networks, 'unet' | 'predict' | 'prepare'> {
  const scope = checkpoint.scope('unet');
  /** Sizes that every level halves evenly need no cropping on the way up. */
  const even = 2 ** config.input.filter((block) => block.resize === 'down').length;
  const program = (height: number, width: number): [name: string, graph: () => Graph] => {
    const sizes = height % even === 0 && width % even === 0 ? [`${even}*h`, `${even}*w`] : ['h', 'w'];
    const graph = (): Graph => {
      const x = input('x', ['b', config.inChannels, ...sizes]);
      const context = input('context', ['r', 'n', config.context]);
      const vector = config.vector > 0 ? { vector: input('vector', ['r', config.vector]) } : {};
      const inputs = { x, t: input('t', ['b']), context, ...vector };
      return { outputs: { out: unet(scope, config, inputs, { tiling, ...(door ? { context: door } : {}) }) } };
    };
    return [`unet ${sizes.join()}`, graph];
  };
  return {
    unet: config,
    async predict(x, t, { context, vector }, cancel, place = START) {
      const [rows = 0, , height = 0, width = 0] = x.shape;
      if (t.length !== rows) throw new ShapeError('predict', `${rows} times`, [t.length]);
      if (context.shape[0]! % rows !== 0) throw new ShapeError('predict', `a multiple of ${rows} rows`, context.shape);
      const feeds: Feeds = {
        ...more?.(place),
        x,
        t: tensor([t.length], Float32Array.from(t)),
        context,
        ...(vector ? { vector } : {}),
      };
      const { out } = await programs.run(...program(height, width), feeds, cancel);
      return out!;
    },
    prepare: ({ height, width }) => programs.prepare(...program(height, width)),
  };
}

function textNetwork(
  programs: Programs,
  tower: TextTower,
  { feeds: more, name }: NetworksOptions & { readonly name: TextComponent },
): TextNetwork {
  const { positions, width, layers } = tower.config;
  const idsInput = (): Value => input('ids', ['b', positions], 'i64');
  const idFeed = (ids: readonly (readonly number[])[]): Feeds[string] => ({
    shape: [ids.length, positions],
    data: BigInt64Array.from(ids.flat(), BigInt),
  });
  return {
    naming: tower.naming,
    config: tower.config,
    pooled: tower.pooled,
    async encode(ids, { state, norm, pooled = false, patches = [] }) {
      if (!(Number.isInteger(state) && state >= 1 && state <= layers + 1)) {
        throw new RequestError('CLIP_stop_at_last_layers', `${state} is not 1 to ${layers + 1}`, {
          hint: `This text encoder has ${layers} layers.`,
        });
      }
      const patched = patches.length > 0;
      const graph = (): Graph => {
        const states = tower.states({
          ids: idsInput(),
          ...(patched
            ? { keep: input('keep', ['b', positions, 1]), vectors: input('vectors', ['b', positions, width]) }
            : {}),
        });
        const z = states.at(-state)!;
        return {
          seldom: true,
          outputs: {
            z: norm ? tower.norm(z) : z,
            ...(pooled ? { pooled: pool(tower, states.at(-1)!, input('end', ['b', 1, positions])) } : {}),
          },
        };
      };
      const out = await programs.run(`${name} ${state} ${norm} ${pooled} ${patched}`, graph, {
        ...more?.(START),
        ...(patched ? patchFeeds(ids.length, patches, positions, width) : {}),
        ...(pooled ? { end: endFeed(ids, positions) } : {}),
        ids: idFeed(ids),
      });
      return { z: out['z']!, pooled: out['pooled'] };
    },
    async states(ids) {
      const graph = (): Graph => ({
        outputs: Object.fromEntries(tower.states({ ids: idsInput() }).map((state, i) => [`state${i}`, state])),
      });
      return Object.values(await programs.run(`${name} states`, graph, { ...more?.(START), ids: idFeed(ids) }));
    },
  };
}

/** The vector of a whole text: that at its end, through norm and projection. x [b, 77, d], end [b, 1, 77] 1 there and else 0 → [b, p]. */
function pool(tower: TextTower, x: Value, end: Value): Value {
  const width = fixed(x, -1);
  return tower.project(reshape(matmul(end, tower.norm(x)), [x.shape[0]!, width]));
}

/** 1 at the end token of each window, which has the largest of all ids; the first if there are several (CLIP). */
function endFeed(ids: readonly (readonly number[])[], positions: number): Tensor {
  const end = tensor([ids.length, 1, positions]);
  ids.forEach((window, i) => {
    end.data[i * positions + window.indexOf(Math.max(...window))] = 1;
  });
  return end;
}

function vaeNetwork(
  programs: Programs,
  checkpoint: Checkpoint,
  { config, tiling = false }: NetworksOptions & { readonly config: VaeConfig },
): Pick<Networks, 'encodePicture' | 'decodePicture'> {
  const scope = checkpoint.scope('vae');
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
