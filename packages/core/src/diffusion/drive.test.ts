import { describe, expect, test } from 'vitest';
import type { ModelCall, Predict } from './denoiser.ts';
import { runSampling, samplerNoise, type SamplingRun } from './drive.ts';
import { chooseSampler } from './names.ts';
import { imageNoise } from './noise/index.ts';
import { planSampling, type PlanInput } from './plan.ts';
import { SAMPLERS } from './samplers/index.ts';

const SIZE = 64;

/** The noise prediction for normal data of deviation 0.5 around 0 (the prompt) or 1 (without it). */
const predict: Predict = async ({ x, rows, t }) => {
  const alpha = Math.exp(-0.005 * (t + 1));
  const factor = Math.sqrt(1 - alpha) / (alpha / 4 + 1 - alpha);
  const out = new Float32Array(rows.length * SIZE);
  rows.forEach(({ image, kind }, row) => {
    const mean = kind === 'prompt' ? 0 : Math.sqrt(alpha);
    for (let i = 0; i < SIZE; i++) out[row * SIZE + i] = factor * (x[image * SIZE + i]! - mean);
  });
  return out;
};

/** A run of `name` over a batch of `images`, changed by `more`. */
function runOf(
  name: string,
  input: Partial<PlanInput> & { readonly images?: number },
  more: Partial<SamplingRun> = {},
): SamplingRun {
  const { images = 1, ...rest } = input;
  const plan = planSampling({ sampler: chooseSampler(name).sampler, steps: 6, ...rest });
  const seeds = Array.from({ length: images }, (_, i) => 100 + i);
  const stream = imageNoise({ source: 'CPU', shape: [4, 4, 4], seeds });
  return {
    plan,
    prediction: 'epsilon',
    guidance: { scale: 3, parts: seeds.map(() => [1]) },
    predict,
    start: stream.next(),
    noise: samplerNoise(plan, stream, { source: 'CPU', seeds, size: SIZE }),
    ...more,
  };
}

/** The calls of a run. */
async function callsOf(name: string, input: Partial<PlanInput>, more: Partial<SamplingRun> = {}): Promise<ModelCall[]> {
  const calls: ModelCall[] = [];
  const record: Predict = (call) => {
    calls.push(call);
    return predict(call);
  };
  await runSampling(runOf(name, input, { ...more, predict: record }));
  return calls;
}

describe('runSampling', () => {
  test.each(SAMPLERS.map(({ name }) => name))('%s: an image is the same alone and in a batch', async (name) => {
    const alone = await runSampling(runOf(name, {}));
    const batch = await runSampling(runOf(name, { images: 2 }));
    expect(alone.latent.every(Number.isFinite)).toBe(true);
    // DPM adaptive judges its error over the whole batch.
    if (name === 'DPM adaptive') expect(batch.latent.subarray(0, SIZE)).not.toEqual(alone.latent);
    else expect(batch.latent.subarray(0, SIZE)).toEqual(alone.latent);
  });

  test.each([
    ['Euler', 6],
    ['Heun', 11],
    ['DPM++ SDE', 11],
    ['DPM fast', 6],
    ['DDIM', 6],
    ['PLMS', 7],
    ['UniPC', 7],
    ['LCM', 6],
  ])('%s makes %s calls', async (name, expected) => {
    const { calls } = await runSampling(runOf(name, {}));
    expect(calls).toBe(expected);
  });

  test.each([
    [1, 0],
    [3, 3],
    [9, 9],
    [36, 37],
  ])('DDIM with %s steps makes %s calls, from the top', async (steps, expected) => {
    const calls = await callsOf('DDIM', { steps });
    expect(calls).toHaveLength(expected);
    if (steps === 3) expect(calls.map(({ t }) => t)).toEqual([999, 667, 334]);
  });

  test('counts calls and tells how far it is', async () => {
    const calls = await callsOf('Heun', {});
    expect(calls.map(({ call }) => call)).toEqual(calls.map((_, i) => i));
    expect(calls[3]!.done.byCalls).toBe(3 / 12);
    expect(calls[0]!.done.bySigma).toBe(0);
    for (let i = 2; i < calls.length; i += 2)
      expect(calls[i]!.done.bySigma).toBeGreaterThan(calls[i - 2]!.done.bySigma);
  });

  test('shows each picture while it runs', async () => {
    const seen: number[] = [];
    const result = await runSampling(
      runOf('Euler', {}, { onCall: ({ calls, denoised }) => seen.push(calls, denoised.picture().length) }),
    );
    expect(seen).toEqual([1, SIZE, 2, SIZE, 3, SIZE, 4, SIZE, 5, SIZE, 6, SIZE]);
    expect(result.interrupted).toBe(false);
  });

  test('stops with AbortedError before the next call', async () => {
    const cancel = { aborted: false };
    let calls = 0;
    const run = runOf('Euler', {}, { cancel, onCall: () => (cancel.aborted = ++calls === 2) });
    await expect(runSampling(run)).rejects.toMatchObject({ code: 'aborted' });
    expect(calls).toBe(2);
  });

  test("an interrupted run gives the prompt's picture of the last call", async () => {
    const interrupt = { aborted: false };
    let picture: Float32Array | undefined;
    const run = runOf(
      'DDIM',
      {},
      {
        interrupt,
        onCall: ({ calls, denoised }) => {
          interrupt.aborted = calls === 2;
          picture = denoised.promptPicture();
        },
      },
    );
    expect(await runSampling(run)).toMatchObject({ interrupted: true, calls: 2, latent: picture });
    const early = runOf('DDIM', {}, { interrupt: { aborted: true } });
    expect(await runSampling(early)).toMatchObject({ interrupted: true, calls: 0, latent: early.start });
  });

  test("the network's own errors pass through", async () => {
    const run = runOf('Euler', {}, { predict: () => Promise.reject(new Error('out of memory')) });
    await expect(runSampling(run)).rejects.toThrow('out of memory');
  });
});

describe('leaving out the negative prompt', () => {
  const rows = (calls: readonly ModelCall[]): number[] => calls.map((call) => call.rows.length);

  test('every second call below a sigma', async () => {
    const calls = await callsOf('Euler', { options: { s_min_uncond: 4 } });
    expect(rows(calls)).toEqual([2, 2, 2, 1, 2, 1]);
    const all = await callsOf('Euler', { options: { s_min_uncond: 4, s_min_uncond_all: true } });
    expect(rows(all)).toEqual([2, 2, 1, 1, 1, 1]);
  });

  test('early calls, the first always', async () => {
    const calls = await callsOf('Euler', { options: { skip_early_cond: 0.3 } });
    expect(rows(calls)).toEqual([1, 1, 2, 2, 2, 2]);
  });

  test('is told only if it happened', async () => {
    const late = await runSampling(runOf('Euler', { options: { s_min_uncond: 4, s_min_uncond_all: true } }));
    expect(late.infotext).toEqual({ NGMS: 4, 'NGMS all steps': true });
    const never = await runSampling(runOf('Euler', { options: { s_min_uncond: 0.001 } }));
    expect(never.infotext).toEqual({});
    const early = await runSampling(runOf('Euler', { options: { skip_early_cond: 0.5 } }));
    expect(early.infotext).toEqual({ 'Skip Early CFG': 0.5 });
  });
});

describe('masks', () => {
  const picture = new Float32Array(SIZE).fill(0.25);
  const change = Float32Array.from({ length: SIZE }, (_, i) => i % 2);

  test.each(['Euler', 'DPM++ 2M', 'DPM2'])('%s keeps the picture where it may not change', async (name) => {
    const { latent } = await runSampling(
      runOf(name, { image: { strength: 0.8 } }, { picture, mask: { picture, change } }),
    );
    latent.forEach((value, i) => {
      if (i % 2 === 0) expect(value).toBeCloseTo(0.25, 5);
      else expect(value).not.toBeCloseTo(0.25, 5);
    });
  });

  test('over training steps the network sees the clean picture there', async () => {
    const calls = await callsOf('DDIM', { image: { strength: 0.8 } }, { picture, mask: { picture, change } });
    for (const { x } of calls) for (let i = 0; i < SIZE; i += 2) expect(x[i]).toBe(0.25);
  });
});

describe('prediction and guidance', () => {
  test('a v network that says the same gives the same picture', async () => {
    for (const name of ['Euler', 'DDIM']) {
      const run = runOf(name, {});
      const alphas = run.plan.schedule.alphas;
      const asV: Predict = async (call) => {
        const eps = await predict(call);
        const low = Math.floor(call.t);
        const high = Math.min(low + 1, 999);
        const sigma = [low, high].map((t) => Math.log((1 - alphas[t]!) / alphas[t]!) / 2);
        const level = Math.exp(sigma[0]! + (call.t - low) * (sigma[1]! - sigma[0]!));
        const alpha = 1 / (1 + level ** 2);
        // v = (ε − √(1−ᾱ)·x)/√ᾱ
        return eps.map((value, i) => (value - Math.sqrt(1 - alpha) * call.x[i % SIZE]!) / Math.sqrt(alpha));
      };
      const plain = await runSampling(run);
      const other = await runSampling(runOf(name, {}, { prediction: 'v', predict: asV }));
      other.latent.forEach((value, i) => expect(value).toBeCloseTo(plain.latent[i]!, 2));
    }
  });

  test('taking back no contrast is no change, and DDIM CFG++ brings its scale down', async () => {
    const plain = await runSampling(runOf('Euler', {}));
    const guidance = { scale: 3, parts: [[1]], rescale: 1e-9 };
    const same = await runSampling(runOf('Euler', {}, { guidance }));
    same.latent.forEach((value, i) => expect(value).toBeCloseTo(plain.latent[i]!, 4));
    const strong = await runSampling(runOf('DDIM CFG++', {}, { guidance: { scale: 12.5, parts: [[1]] } }));
    const weak = await runSampling(runOf('DDIM CFG++', {}, { guidance: { scale: 1, parts: [[1]] } }));
    expect(strong.latent).not.toEqual(weak.latent);
  });
});
