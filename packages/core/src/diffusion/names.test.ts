import { describe, expect, test } from 'vitest';
import { chooseSampler, samplerOptions } from './names.ts';
import { planSampling } from './plan.ts';
import { SAMPLERS } from './samplers/index.ts';
import { SCHEDULERS } from './sigmas/index.ts';

/** What the infotext says about a choice. */
function told(sampler: string | undefined, scheduler?: string): readonly [string, unknown] {
  const choice = chooseSampler(sampler, scheduler);
  return [choice.sampler.name, planSampling({ ...choice, steps: 4 }).infotext['Schedule type']];
}

describe('chooseSampler', () => {
  test.each([
    ['DPM++ 2M Karras', undefined, 'DPM++ 2M', 'Karras'],
    ['DPM++ 2M', undefined, 'DPM++ 2M', 'Karras'],
    ['DPM++ 2M', 'Automatic', 'DPM++ 2M', 'Karras'],
    ['DPM++ 2M', 'automatic', 'DPM++ 2M', 'Karras'],
    ['DPM++ 2M', 'xyz', 'DPM++ 2M', 'Karras'],
    ['DPM++ 2M SDE', undefined, 'DPM++ 2M SDE', 'Exponential'],
    ['DPM++ 2M SDE Karras', undefined, 'DPM++ 2M SDE', 'Karras'],
    ['DPM++ 2M SDE Heun Exponential', undefined, 'DPM++ 2M SDE Heun', 'Exponential'],
    ['Euler', 'karras', 'Euler', 'Karras'],
    ['Euler SGMUniform', undefined, 'Euler', 'SGM Uniform'],
    ['Euler sgm_uniform', 'Karras', 'Euler', 'SGM Uniform'],
    ['Euler', undefined, 'Euler', undefined],
    ['DDIM', 'Karras', 'DDIM', undefined],
    // Neither aliases nor other spellings are names.
    ['k_euler_a', undefined, 'DPM++ 2M', 'Karras'],
    ['euler', 'Exponential', 'DPM++ 2M', 'Exponential'],
    ['', undefined, 'DPM++ 2M', 'Karras'],
    [undefined, undefined, 'DPM++ 2M', 'Karras'],
  ])('%s, %s', (sampler, scheduler, name, type) => {
    expect(told(sampler, scheduler)).toEqual([name, type]);
  });

  test("the sampler's own scheduler is Automatic", () => {
    expect(chooseSampler('DPM++ 2M', 'Karras').scheduler.name).toBe('automatic');
    expect(chooseSampler('Euler', 'Karras').scheduler.name).toBe('karras');
  });

  test('other lists may be looked through', () => {
    const [first] = SAMPLERS;
    const sampler = { ...first!, name: 'Own', scheduler: 'own' };
    const scheduler = { ...SCHEDULERS[1]!, name: 'own', label: 'Of its own', aliases: [] };
    const lists = { samplers: [...SAMPLERS, sampler], schedulers: [...SCHEDULERS, scheduler] };
    expect(chooseSampler('Own', undefined, lists).sampler).toBe(sampler);
    expect(chooseSampler('Euler Of its own', undefined, lists).scheduler).toBe(scheduler);
    expect(chooseSampler('Own').sampler).toBe(first);
    const plan = { sampler, steps: 3 };
    expect(planSampling({ ...plan, schedulers: lists.schedulers }).infotext['Schedule type']).toBe('Of its own');
    expect(planSampling(plan).infotext['Schedule type']).not.toBe('Of its own');
  });
});

describe('samplerOptions', () => {
  test('only what differs from the rule', () => {
    expect(samplerOptions(chooseSampler('Euler').sampler)).toEqual({});
    expect(samplerOptions(chooseSampler('DPM2 a').sampler)).toEqual({
      scheduler: 'karras',
      discard_next_to_last_sigma: true,
      uses_ensd: true,
      second_order: true,
    });
  });
});
