import { brownianNoise, globalRandom, imageNoise, type NoiseSource } from '@graft/core/diffusion';
import { numel, philox4x32, philoxRandom, seedSequence, torchRandom } from '@graft/core/tensor';
import { verdict, type Area, type CaseResult, type Folder, type Tolerance } from '../area.ts';

interface Common {
  readonly id: string;
  readonly tolerance: Tolerance;
  readonly tensors: Readonly<Record<string, string>>;
}

/** The cases of fixtures/rng/index.json, by kind. */
type Case = Common &
  (
    | {
        readonly kind: 'torch';
        readonly seed: number;
        readonly uniform: readonly number[];
        readonly randint1000: readonly number[];
        readonly permutation10: readonly number[];
        readonly uniform64: readonly number[];
      }
    | { readonly kind: 'cpu' | 'nv' | 'cpu-float16'; readonly seed: number; readonly shape: readonly number[] }
    | { readonly kind: 'cpu-sequence'; readonly seed: number; readonly shapes: readonly (readonly number[])[] }
    | {
        readonly kind: 'cpu-float64';
        readonly seed: number;
        readonly n16: readonly number[];
        readonly n5: readonly number[];
      }
    | {
        readonly kind: 'philox4x32-10';
        readonly counter: readonly (readonly [number, number, number, number])[];
        readonly key: readonly (readonly [number, number])[];
        readonly result: readonly (readonly number[])[];
      }
    | ({ readonly kind: 'image' } & ImageFields)
    | ({ readonly kind: 'global-after-first' } & ImageFields)
    | {
        readonly kind: 'brownian';
        readonly source: NoiseSource;
        readonly shape: readonly number[];
        readonly seeds: readonly number[];
        readonly sigma_min: number;
        readonly sigma_max: number;
        readonly queries: readonly (readonly [number, number])[];
      }
    | {
        readonly kind: 'numpy-seedsequence';
        readonly entropy: number;
        readonly pool_size: number;
        readonly root: readonly number[];
        readonly nodes: readonly { readonly spawn_key: readonly number[]; readonly state: readonly number[] }[];
      }
  );

interface ImageFields {
  readonly source: NoiseSource;
  readonly shape: readonly [number, number, number];
  readonly seeds: readonly number[];
  readonly subseeds?: readonly number[];
  readonly subseed_strength?: number;
  readonly seed_resize_from_h?: number;
  readonly seed_resize_from_w?: number;
  readonly eta_noise_seed_delta?: number;
}

/** Random numbers: the draws of torch, of CUDA, of an image batch and of a Brownian tree. */
export const rng: Area = {
  name: 'rng',
  async *run(folder) {
    for (const item of (folder.index as { readonly cases: readonly Case[] }).cases) yield await runCase(folder, item);
  },
};

async function runCase(folder: Folder, item: Case): Promise<CaseResult> {
  const check = verdict(item.id);
  /** The named tensors, in the order of the draws. */
  const tensors = async (draw: () => ArrayLike<number>): Promise<void> => {
    for (const [name, reference] of Object.entries(item.tensors))
      check.close(name, draw(), (await folder.tensor(reference)).data, item.tolerance);
  };
  switch (item.kind) {
    case 'torch': {
      const random = torchRandom(item.seed);
      check.close('uniform', random.uniform(item.uniform.length), item.uniform, item.tolerance);
      check.same(
        'randint1000',
        item.randint1000.map(() => random.integer(1000)),
        item.randint1000,
      );
      check.same('permutation10', [...random.permutation(item.permutation10.length)], item.permutation10);
      check.close('uniform64', random.uniform64(item.uniform64.length), item.uniform64, item.tolerance);
      break;
    }
    case 'cpu':
    case 'nv': {
      const random = item.kind === 'nv' ? philoxRandom(item.seed) : torchRandom(item.seed);
      await tensors(() => random.normal(numel(item.shape)));
      break;
    }
    case 'cpu-sequence': {
      const random = torchRandom(item.seed);
      const shapes = item.shapes.values();
      await tensors(() => random.normal(numel(shapes.next().value ?? [])));
      break;
    }
    case 'cpu-float64': {
      const random = torchRandom(item.seed);
      check.close('n16', random.normal64(item.n16.length), item.n16, item.tolerance);
      check.close('n5', random.normal64(item.n5.length), item.n5, item.tolerance);
      break;
    }
    case 'cpu-float16': {
      const random = torchRandom(item.seed);
      await tensors(() => random.normalHalf(numel(item.shape)));
      break;
    }
    case 'philox4x32-10':
      check.same(
        'result',
        item.counter.map((counter, i) => [...philox4x32(counter, item.key[i]!)]),
        item.result,
      );
      break;
    case 'image': {
      const noise = noiseOf(item);
      await tensors(() => noise.next());
      break;
    }
    case 'global-after-first': {
      const noise = noiseOf(item);
      check.close('first', noise.next(), (await folder.tensor(item.tensors['first']!)).data, item.tolerance);
      const expected = (await folder.tensor(item.tensors['global']!)).data;
      check.close('global', globalRandom(item.source, item.seeds).normal(expected.length), expected, item.tolerance);
      break;
    }
    case 'brownian': {
      const noise = brownianNoise({
        source: item.source,
        size: numel(item.shape.slice(1)),
        seeds: item.seeds,
        sigmaMin: item.sigma_min,
        sigmaMax: item.sigma_max,
      });
      const actual = item.queries.flatMap(([from, to]) => [...noise.between(from, to)]);
      await tensors(() => actual);
      break;
    }
    case 'numpy-seedsequence': {
      const base = { entropy: item.entropy, poolSize: item.pool_size };
      check.same('root', [...seedSequence(base, item.root.length)], item.root);
      for (const { spawn_key: spawnKey, state } of item.nodes)
        check.same(`node ${spawnKey.join()}`, [...seedSequence({ ...base, spawnKey }, state.length)], state);
      break;
    }
  }
  return check.result();
}

function noiseOf(item: ImageFields): ReturnType<typeof imageNoise> {
  return imageNoise({
    source: item.source,
    shape: item.shape,
    seeds: item.seeds,
    ...(item.subseeds === undefined ? {} : { subseeds: item.subseeds }),
    subseedStrength: item.subseed_strength ?? 0,
    seedResizeFrom: { height: item.seed_resize_from_h ?? 0, width: item.seed_resize_from_w ?? 0 },
    seedDelta: item.eta_noise_seed_delta ?? 0,
  });
}
