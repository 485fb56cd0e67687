import { describe, expect, test } from 'vitest';
import { chooseSampler } from './names.ts';
import { planSampling, promptSteps, type PlanInput, type SamplingPlan } from './plan.ts';
import { SAMPLERS } from './samplers/index.ts';
import { startLatent } from './start.ts';

function plan(name: string, input: Omit<PlanInput, 'sampler'>): SamplingPlan {
  return planSampling({ sampler: chooseSampler(name).sampler, ...input });
}

describe('the training steps of DDIM', () => {
  // As the webui 1.10 has them: one call for every entry but the lowest.
  test.each([
    [1, 1],
    [2, 2],
    [3, 4],
    [7, 8],
    [9, 10],
    [10, 10],
    [20, 20],
    [36, 38],
    [50, 50],
    [150, 167],
    [999, 1000],
  ])('%s steps are %s entries', (steps, entries) => {
    const { values } = plan('DDIM', { steps });
    expect(values).toHaveLength(entries);
    expect(values[0]).toBe(1);
    expect(Math.max(...values)).toBeLessThan(1000);
  });

  test('three steps', () => {
    expect(plan('DDIM', { steps: 3 }).values).toEqual([1, 334, 667, 999]);
  });
});

describe('steps', () => {
  test.each(SAMPLERS.map(({ name }) => name))('%s refuses none, half and negative ones', (name) => {
    for (const steps of [0, -1, 2.5, NaN])
      expect(() => plan(name, { steps })).toThrowError(expect.objectContaining({ code: 'request', field: 'steps' }));
  });

  test('over training steps there are no more than those', () => {
    expect(() => plan('DDIM', { steps: 1001 })).toThrowError(expect.objectContaining({ field: 'steps' }));
    expect(plan('Euler', { steps: 1001 }).values).toHaveLength(1002);
  });

  test('are counted as calls: twice for samplers of second order', () => {
    expect(plan('Heun', { steps: 20 }).totalCalls).toBe(40);
    expect(plan('Euler', { steps: 20, image: { strength: 0.5 } }).totalCalls).toBe(11);
    expect(promptSteps(chooseSampler('DPM++ SDE').sampler, 20)).toBe(40);
  });
});

describe('starting from a picture', () => {
  test('takes the end of the whole list of sigmas', () => {
    const whole = plan('Euler', { steps: 20 });
    const part = plan('Euler', { steps: 20, image: { strength: 0.75 } });
    expect(part.allValues).toEqual(whole.values);
    expect(part.values).toEqual(whole.values.slice(4));
    expect(part.steps).toBe(16);
  });

  test('takes the low training steps, one below the noise level', () => {
    const { values, allValues } = plan('DDIM', { steps: 10, image: { strength: 0.6 } });
    expect(values).toEqual([1, 101, 201, 301, 401, 501]);
    expect(allValues).toHaveLength(10);
  });

  test('fixed steps run as many as asked for', () => {
    expect(plan('Euler', { steps: 20, image: { strength: 0.7, fixedSteps: true } }).values).toHaveLength(21);
    const option = plan('Euler', { steps: 20, image: { strength: 0.7 }, options: { img2img_fix_steps: true } });
    expect(option.values).toHaveLength(21);
  });

  test.each(['Euler', 'DDIM', 'UniPC', 'DPM adaptive'])('%s: a strength of 0 with fixed steps leaves it', (name) => {
    const still = plan(name, { steps: 20, image: { strength: 0, fixedSteps: true } });
    expect(still.values).toEqual([]);
    expect(startLatent(still, Float32Array.of(9, 9), Float32Array.of(1, 2))).toEqual(Float32Array.of(1, 2));
  });

  test.each([-0.1, 1.1, NaN])('refuses a strength of %s', (strength) => {
    expect(() => plan('Euler', { steps: 4, image: { strength } })).toThrowError(
      expect.objectContaining({ code: 'request', field: 'denoising_strength' }),
    );
  });
});

describe('options', () => {
  test.each([
    ['uni_pc_variant', 'bh3'],
    ['uni_pc_skip_type', 'time'],
    ['uni_pc_order', 5],
    ['uni_pc_order', 0],
    ['uni_pc_order', 1.5],
  ])('UniPC refuses %s %s', (field, value) => {
    expect(() => plan('UniPC', { steps: 4, options: { [field]: value } })).toThrowError(
      expect.objectContaining({ code: 'request', field }),
    );
    expect(() => plan('DDIM', { steps: 4, options: { [field]: value } })).not.toThrow();
  });

  test('the next to last sigma is left out once, though sampler and option both ask', () => {
    const options = { always_discard_next_to_last_sigma: true };
    expect(plan('DPM2', { steps: 10, options }).values).toEqual(plan('DPM2', { steps: 10 }).values);
    const euler = plan('Euler', { steps: 10, options });
    expect(euler.values).toEqual(plan('Euler', { steps: 11 }).values.toSpliced(-2, 1));
    expect(euler.infotext).toEqual({ 'Discard penultimate sigma': true });
  });
});
