import { describe, expect, test } from 'vitest';
import { expectClose } from '../testing/vitest/close.ts';
import { denoiser, type Denoiser, type DenoiserOptions, type ModelCall } from './denoiser.ts';
import { chooseSampler } from './names.ts';
import { planSampling, type PlanInput } from './plan.ts';

interface Made {
  readonly network: Denoiser;
  readonly calls: ModelCall[];
}

/** A network that answers 1 for prompts and 0.5 without them, on images of two numbers. */
function make(input: Partial<PlanInput> & { readonly name?: string } = {}, more: Partial<DenoiserOptions> = {}): Made {
  const { name = 'Euler', ...rest } = input;
  const calls: ModelCall[] = [];
  const network = denoiser({
    plan: planSampling({ sampler: chooseSampler(name).sampler, steps: 4, ...rest }),
    prediction: 'epsilon',
    guidance: { scale: 3, parts: [[1]] },
    async predict(call) {
      calls.push(call);
      return Float32Array.from(call.rows.flatMap(({ kind }) => (kind === 'prompt' ? [1, 1] : [0.5, 0.5])));
    },
    ...more,
  });
  return { network, calls };
}

const X = Float32Array.of(4, 8);

describe('denoiser', () => {
  test('over noise levels answers with the denoised x, guided', async () => {
    const { network, calls } = make();
    const { answer, uncond, picture, promptPicture } = await network.ask(X, 2);
    expectClose(
      calls[0]!.x,
      X.map((v) => v / Math.sqrt(5)),
      { abs: 1e-6, rel: 1e-6 },
    );
    // ε = 0.5 + 3·(1 − 0.5); x₀ = x − σ·ε
    expectClose(answer, Float32Array.of(0, 4), { abs: 1e-5, rel: 0 });
    expectClose(uncond(), Float32Array.of(3, 7), { abs: 1e-5, rel: 0 });
    expect(picture()).toEqual(answer);
    expectClose(promptPicture(), Float32Array.of(2, 6), { abs: 1e-5, rel: 0 });
    expect(network.calls).toBe(1);
  });

  test('over training steps answers with the noise, and the picture follows from it', async () => {
    const { network, calls } = make({ name: 'DDIM' });
    const { answer, picture } = await network.ask(X, 500);
    expect(calls[0]).toMatchObject({ x: X, t: 500, call: 0 });
    expectClose(answer, Float32Array.of(2, 2));
    expect(picture()[1]! - picture()[0]!).toBeGreaterThan(4);
  });

  test('predicts v as it predicts noise, in its own terms', async () => {
    const { network } = make({}, { prediction: 'v', guidance: { scale: 1, parts: [[1]] } });
    const { answer } = await network.ask(X, 2);
    // x₀ = x/(σ² + 1) − v·σ/√(σ² + 1)
    expectClose(
      answer,
      X.map((v) => v / 5 - 2 / Math.sqrt(5)),
      { abs: 1e-5, rel: 0 },
    );
  });

  test('counts how far the run is', async () => {
    const { network, calls } = make();
    for (const sigma of [14, 5, 1]) await network.ask(X, sigma);
    expect(calls.map(({ call, done }) => [call, done.byCalls])).toEqual([
      [0, 0],
      [1, 0.25],
      [2, 0.5],
    ]);
    expect(calls.every(({ done }, i) => i === 0 || done.bySigma > calls[i - 1]!.done.bySigma)).toBe(true);
  });
});

describe('the negative prompt', () => {
  const asked = async (options: PlanInput['options'], sigmas: readonly number[]): Promise<[number[], unknown]> => {
    const { network, calls } = make({ options: options! });
    for (const sigma of sigmas) await network.ask(X, sigma);
    return [calls.map(({ rows }) => rows.length), network.infotext];
  };

  test('is left out of the first calls', async () => {
    expect(await asked({ skip_early_cond: 0.3 }, [9, 7, 5, 3])).toEqual([[1, 1, 2, 2], { 'Skip Early CFG': 0.3 }]);
  });

  test('is left out of every second call at low noise, or of all', async () => {
    expect(await asked({ s_min_uncond: 4 }, [9, 3, 3, 3])).toEqual([[2, 1, 2, 1], { NGMS: 4 }]);
    expect(await asked({ s_min_uncond: 4, s_min_uncond_all: true }, [9, 3, 3])).toEqual([
      [2, 1, 1],
      { NGMS: 4, 'NGMS all steps': true },
    ]);
  });
});

describe('a mask', () => {
  const mask = { picture: Float32Array.of(7, 7), change: Float32Array.of(1, 0) };

  test('is laid on the answer over noise levels', async () => {
    const { answer } = await make({}, { mask }).network.ask(X, 2);
    expectClose(answer, Float32Array.of(0, 7), { abs: 1e-5, rel: 0 });
  });

  test('is laid on the question over training steps', async () => {
    const { network, calls } = make({ name: 'DDIM' }, { mask });
    await network.ask(X, 500);
    expect([...calls[0]!.x]).toEqual([4, 7]);
  });
});
