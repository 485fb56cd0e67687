import { describe, expect, test } from 'vitest';
import { chooseSampler } from './names.ts';
import { planSampling, type PlanInput, type SamplingPlan } from './plan.ts';
import { startLatent } from './start.ts';

function plan(name: string, input: Omit<PlanInput, 'sampler'>): SamplingPlan {
  return planSampling({ sampler: chooseSampler(name).sampler, ...input });
}

describe('startLatent', () => {
  const noise = Float32Array.of(1, -2);

  test('noise alone has the deviation of the first sigma, or variance 1 over training steps', () => {
    const euler = plan('Euler', { steps: 4 });
    expect(startLatent(euler, noise)[0]).toBeCloseTo(euler.values[0]!, 5);
    const sgm = plan('Euler', { steps: 4, options: { sgm_noise_multiplier: true } });
    expect(startLatent(sgm, noise)[0]).toBeCloseTo(Math.hypot(1, sgm.values[0]!), 5);
    expect(sgm.infotext).toEqual({ 'SGM noise multiplier': true });
    expect(startLatent(plan('DDIM', { steps: 4 }), noise)).toEqual(noise);
  });

  test('extra noise goes on top of a picture', () => {
    const options = { img2img_extra_noise: 0.5 };
    const plain = plan('Euler', { steps: 4, image: { strength: 0.5 } });
    const more = plan('Euler', { steps: 4, image: { strength: 0.5 }, options });
    const picture = Float32Array.of(10, 20);
    const difference = startLatent(more, noise, picture)[0]! - startLatent(plain, noise, picture)[0]!;
    expect(difference).toBeCloseTo(0.5, 5);
    expect(more.infotext).toEqual({ 'Extra noise': 0.5 });
    expect(plan('Euler', { steps: 4, options }).infotext).toEqual({});
  });
});
