import {
  chooseSampler,
  findScheduler,
  imageNoise,
  noiseSchedule,
  planSampling,
  runSampling,
  samplerNoise,
  samplerOptions,
  SAMPLERS,
  SCHEDULERS,
  sigmaTable,
  tableOfSigmas,
  type SigmaTable,
  spreadRows,
  type Latent,
  type ModelCall,
  type NoiseSource,
  type Predict,
  type SamplerNoise,
  type SamplingOptions,
  type SamplingPlan,
  type SamplingProgress,
} from '@graft/core/diffusion';
import type { Networks } from '@graft/core/pipeline';
import { numel, tensor, type Tensor } from '@graft/core/tensor';
import { difference, verdict, type Area, type CaseResult, type Folder, type Tolerance } from '../area.ts';
import { goldenNetworks } from '../engine.ts';

interface Common {
  readonly id: string;
  readonly tolerance: Tolerance;
}

interface Planned {
  readonly sampler: string;
  readonly scheduler: string;
  readonly steps: number;
  readonly options?: Partial<SamplingOptions> & {
    readonly randn_source?: NoiseSource;
    readonly eta_noise_seed_delta?: number;
  };
  readonly eta?: number;
  readonly denoising_strength?: number;
  readonly sigmas?: readonly number[];
  readonly timesteps?: readonly number[];
}

interface Run extends Common, Planned {
  readonly kind: 'analytic' | 'unet';
  readonly seeds: readonly number[];
  readonly latent: readonly [number, number, number, number];
  readonly cfg_scale: number;
  readonly calls_at: readonly number[];
  readonly brownian_intervals?: readonly (readonly [number, number])[];
  readonly tensors: Readonly<Record<string, string>>;
}

interface Schedule extends Common, Planned {
  readonly kind: 'schedule';
  readonly infotext?: Readonly<Record<string, unknown>>;
  readonly error?: string;
}

interface Table extends Common {
  readonly kind: 'table';
  readonly sigma: readonly number[];
  readonly t_of_sigma: readonly number[];
  readonly t_of_sigma_quantized: readonly number[];
  readonly t: readonly number[];
  readonly sigma_of_t: readonly number[];
  readonly tensors: Readonly<Record<'sigmas' | 'alphas_cumprod', string>>;
}

interface Index {
  readonly samplers: readonly {
    readonly name: string;
    readonly aliases: readonly string[];
    readonly options: object;
  }[];
  readonly schedulers: readonly {
    readonly name: string;
    readonly label: string;
    readonly aliases: readonly string[] | null;
    readonly default_rho: number;
    readonly need_inner_model: boolean;
  }[];
  readonly cases: readonly (Schedule | Table | Run)[];
}

/** Noise levels and times are plain numbers of the run, not sums over it. */
const EXACT_NUMBERS: Tolerance = { abs: 1e-4, rel: 1e-4 };
/** A float32 sigma that differs in its last digits only. */
const SAME_SIGMA: Tolerance = { abs: 0, rel: 1e-6 };

/** Samplers and schedules: their tables, their noise levels, and whole runs. */
export const samplers: Area = {
  name: 'samplers',
  async *run(folder) {
    const index = folder.index as Index;
    let opened: Promise<Networks> | undefined;
    const networks = (): Promise<Networks> => (opened ??= goldenNetworks(folder));
    const recorded = await recordedTable(folder, index);
    yield tables(index);
    for (const item of index.cases) {
      if (item.kind === 'schedule') yield schedule(item);
      else if (item.kind === 'table') yield await table(folder, item);
      else yield await trajectory(folder, { item, networks, recorded });
    }
    await (await opened)?.release();
  },
};

function tables(index: Index): CaseResult {
  const check = verdict('tables');
  check.same(
    'samplers',
    SAMPLERS.map((sampler) => ({ name: sampler.name, aliases: sampler.aliases, options: samplerOptions(sampler) })),
    index.samplers,
  );
  check.same(
    'schedulers',
    SCHEDULERS.map(({ name, label, aliases, defaultRho, needInnerModel }) => ({
      name,
      label,
      aliases: aliases.length > 0 ? aliases : null,
      default_rho: defaultRho,
      need_inner_model: needInnerModel,
    })),
    index.schedulers,
  );
  return check.result();
}

/** The sigmas of the standard schedule as the program that made the data had them. */
async function recordedTable(folder: Folder, { cases }: Index): Promise<SigmaTable | undefined> {
  const item = cases.find((one): one is Table => one.kind === 'table');
  return item && tableOfSigmas((await folder.tensor(item.tensors.sigmas)).data);
}

/**
 * The plan with the recorded table where that is its own but for the last digit, which hangs on the square root of the processor: DPM
 * adaptive chooses its steps by differences as small as that.
 */
function withTable(plan: SamplingPlan, recorded: SigmaTable | undefined): SamplingPlan {
  const isSame = recorded && difference(plan.table.sigmas, recorded.sigmas, SAME_SIGMA).share <= 1;
  const quantized = plan.options.enable_quantization;
  return isSame === true && !quantized ? { ...plan, table: recorded } : plan;
}

function planOf(item: Planned): SamplingPlan {
  return planSampling({
    sampler: chooseSampler(item.sampler).sampler,
    scheduler: findScheduler(item.scheduler),
    steps: item.steps,
    options: item.options ?? {},
    request: item.eta === undefined ? {} : { eta: item.eta },
    ...(item.denoising_strength === undefined ? {} : { image: { strength: item.denoising_strength } }),
  });
}

function schedule(item: Schedule): CaseResult {
  const check = verdict(item.id);
  // What the reference program raises is its own affair.
  if (item.error !== undefined) return check.result();
  const plan = planOf(item);
  check.close('values', plan.values, item.sigmas ?? item.timesteps ?? [], item.tolerance);
  if (item.infotext !== undefined) check.same('infotext', plan.infotext, item.infotext);
  return check.result();
}

async function table(folder: Folder, item: Table): Promise<CaseResult> {
  const check = verdict(item.id);
  const standard = noiseSchedule();
  const plain = sigmaTable(standard);
  const quantized = sigmaTable(standard, { quantize: true });
  const { tolerance } = item;
  check.close('alphas', standard.alphas, (await folder.tensor(item.tensors.alphas_cumprod)).data, tolerance);
  check.close('sigmas', plain.sigmas, (await folder.tensor(item.tensors.sigmas)).data, tolerance);
  check.close('t of sigma', item.sigma.map(plain.timeOf), item.t_of_sigma, tolerance);
  check.close('t of sigma, quantized', item.sigma.map(quantized.timeOf), item.t_of_sigma_quantized, tolerance);
  check.close('sigma of t', item.t.map(plain.sigmaAt), item.sigma_of_t, tolerance);
  return check.result();
}

interface Setup {
  readonly item: Run;
  readonly networks: () => Promise<Networks>;
  readonly recorded: SigmaTable | undefined;
}

async function trajectory(folder: Folder, { item, networks, recorded }: Setup): Promise<CaseResult> {
  const check = verdict(item.id);
  const read = async (name: string): Promise<Latent | undefined> => {
    const reference = item.tensors[name];
    return reference === undefined ? undefined : (await folder.tensor(reference)).data;
  };
  const plan = withTable(planOf(item), recorded);
  const [, ...shape] = item.latent;
  const source = item.options?.randn_source ?? 'CPU';
  const images = imageNoise({
    source,
    shape,
    seeds: item.seeds,
    seedDelta: item.options?.eta_noise_seed_delta ?? 0,
  });
  const noise = recordNoise(
    samplerNoise(plan, images, { source, seeds: item.seeds, size: numel(shape) }),
    item.brownian_intervals,
  );
  const picture = await read('init');
  const change = await read('mask');
  const calls: SamplingProgress[] = [];
  const result = await runSampling({
    plan,
    prediction: 'epsilon',
    guidance: { scale: item.cfg_scale, parts: item.seeds.map(() => [1]) },
    predict:
      item.kind === 'analytic'
        ? analytic
        : networkPredict(
            await networks(),
            item,
            await folder.tensor(item.tensors['context']!),
            await folder.tensor(item.tensors['uncond']!),
          ),
    start: noise.next(),
    picture,
    mask: picture !== undefined && change !== undefined ? { picture, change } : undefined,
    noise,
    onCall: (progress) => calls.push(progress),
  });

  check.close('sigmas or timesteps', plan.values, item.sigmas ?? item.timesteps ?? plan.values, EXACT_NUMBERS);
  check.close(
    'calls at',
    calls.map(({ at }) => at),
    item.calls_at,
    EXACT_NUMBERS,
  );
  const close = async (name: string, actual: ArrayLike<number>): Promise<void> => {
    const expected = await read(name);
    if (expected !== undefined) check.close(name, actual, expected, item.tolerance);
  };
  await close('noise', noise.draws());
  await close('brownian', noise.increments());
  await close(
    'x',
    calls.flatMap(({ x }) => [...x]),
  );
  await close(
    'out',
    calls.flatMap(({ denoised }) => [...denoised.answer]),
  );
  await close(
    'uncond_eps',
    calls.flatMap(({ denoised }) => [...denoised.uncond()]),
  );
  await close('final', result.latent);
  return check.result();
}

/**
 * Keeps what a run draws. Brownian paths are asked at the reference's own float32 sigmas where the run's agree with
 * them: their sixth decimal chooses a branch of the tree, and in the model's table it hangs on the square root of the
 * processor that made it.
 */
function recordNoise(
  noise: SamplerNoise,
  intervals: readonly (readonly [number, number])[] = [],
): SamplerNoise & { draws(): number[]; increments(): number[] } {
  const draws: number[] = [];
  const increments: number[] = [];
  let asked = 0;
  return {
    next() {
      const draw = noise.next();
      draws.push(...draw);
      return draw;
    },
    between(from, to) {
      const reference = intervals[asked++];
      const agrees = reference !== undefined && difference([from, to], reference, SAME_SIGMA).share <= 1;
      const increment = agrees ? noise.between(...reference) : noise.between(from, to);
      increments.push(...increment);
      return increment;
    },
    draws: () => draws,
    increments: () => increments,
  };
}

/** The closed form of the golden data's README, computed in float64 and rounded to float32. */
const analytic: Predict = async ({ x, rows, t }: ModelCall) => {
  const input = spreadRows(x, rows);
  const p = Math.sqrt(0.00085);
  const q = Math.sqrt(0.012) - p;
  const A = Math.exp((-1000 * ((p + (q * t) / 1000) ** 3 - p ** 3)) / (3 * q));
  const size = input.length / rows.length;
  return input.map((y, i) => {
    const mean = (rows[Math.floor(i / size)]!.kind === 'prompt' ? 1 : -1) * Math.sin(0.7 * (i % size) + 0.3);
    return (Math.sqrt(1 - A) * (y - Math.sqrt(A) * mean)) / (0.25 * A + 1 - A) + 0.05 * Math.sin(2 * y);
  });
};

/** The UNet of a golden checkpoint under the conditionings of a run. */
function networkPredict(networks: Networks, item: Run, prompt: Tensor, negative: Tensor): Predict {
  const [, c, h, w] = item.latent;
  return async ({ x, rows, t }) => {
    const context = tensor([rows.length, ...prompt.shape]);
    rows.forEach(({ kind }, row) =>
      context.data.set((kind === 'prompt' ? prompt : negative).data, row * numel(prompt.shape)),
    );
    const y = spreadRows(x, rows);
    const { data } = await networks.predict(
      tensor([rows.length, c, h, w], y),
      rows.map(() => t),
      { context },
    );
    return data;
  };
}
