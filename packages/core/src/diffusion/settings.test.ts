import { describe, expect, test } from 'vitest';
import { chooseSampler } from './names.ts';
import { planSampling, type PlanInput, type SamplingPlan } from './plan.ts';

function plan(name: string, input: Omit<PlanInput, 'sampler'>): SamplingPlan {
  return planSampling({ sampler: chooseSampler(name).sampler, ...input });
}

describe('settings', () => {
  test('an option off its default wins over the request and is told; a request is not told', () => {
    const request = { s_churn: 3, s_noise: 1.01 };
    const asked = plan('Euler', { steps: 4, request });
    expect(asked.parameters).toMatchObject({ s_churn: 3, s_noise: 1.01, s_tmax: Infinity });
    expect(asked.infotext).toEqual({});
    const both = plan('Euler', { steps: 4, request, options: { s_churn: 5, s_tmax: 8 } });
    expect(both.parameters).toMatchObject({ s_churn: 5, s_noise: 1.01, s_tmax: 8 });
    expect(both.infotext).toEqual({ 'Sigma churn': 5, 'Sigma tmax': 8 });
  });

  test('a sampler that does not read a setting neither gets nor tells it', () => {
    const eulerA = plan('Euler a', { steps: 4, options: { s_noise: 1.05, s_churn: 2 } });
    expect(eulerA.parameters).toMatchObject({ s_churn: 0, s_noise: 1 });
    expect(eulerA.infotext).toEqual({});
  });

  test('eta: the request wins over the option of its family and is told off its default', () => {
    expect(plan('Euler a', { steps: 4, options: { eta_ancestral: 0.5 } })).toMatchObject({
      eta: 0.5,
      infotext: { Eta: 0.5 },
    });
    expect(plan('Euler a', { steps: 4, request: { eta: 1 }, options: { eta_ancestral: 0.5 } })).toMatchObject({
      eta: 1,
      infotext: {},
    });
    expect(plan('DDIM', { steps: 4, request: { eta: 0.3 } }).infotext).toEqual({ 'Eta DDIM': 0.3 });
    expect(plan('Euler', { steps: 4, request: { eta: 0.3 } }).infotext).toEqual({});
  });
});
