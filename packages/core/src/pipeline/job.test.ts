import { describe, expect, test } from 'vitest';
import { fakeCodec, fakeModel } from '../testing/vitest/fake-model.ts';
import { batchSeeds, createJob, planPass, tiles, type Job } from './job.ts';
import type { ModelWish } from './model.ts';
import { readRequest, type GenerateRequest } from './request.ts';

const wishes: ModelWish[] = [];
const request = (
  fields: Readonly<Record<string, unknown>>,
  kind: GenerateRequest['kind'] = 'txt2img',
): GenerateRequest =>
  readRequest(kind, { steps: 10, init_images: [Uint8Array.of(0)], ...fields }, () => new Uint8Array());

function job(fields: Readonly<Record<string, unknown>>, kind?: GenerateRequest['kind']): Promise<Job> {
  let random = 100n;
  const models = {
    open: async (wish: ModelWish) => {
      wishes.push(wish);
      return fakeModel();
    },
  };
  const context = { models, codec: fakeCodec([]), randomSeed: () => random++ };
  return createJob(request(fields, kind), context, {});
}

describe('createJob', () => {
  test('draws seeds where none is given, once', async () => {
    expect(await job({})).toMatchObject({ seed: 100n, subseed: 101n });
    expect(await job({ seed: 5, subseed: -1 })).toMatchObject({ seed: 5n, subseed: 100n });
    expect(await job({ seed: 5, subseed: 6n })).toMatchObject({ seed: 5n, subseed: 6n });
  });

  test.each([
    ['GPU', 'NV'],
    ['NV', 'NV'],
    ['CPU', 'CPU'],
  ])('takes noise of the setting %s from %s', async (setting, source) => {
    expect((await job({ override_settings: { randn_source: setting } })).source).toBe(source);
  });

  test('opens nothing before it is asked to', async () => {
    wishes.length = 0;
    const { open } = await job({ override_settings: { sd_model_checkpoint: 'one', sd_vae: 'None', tiling: true } });
    expect(wishes).toEqual([]);
    await open();
    await open('two');
    expect(wishes).toEqual([
      { checkpoint: 'one', vae: 'None', tiling: true },
      { checkpoint: 'two', vae: 'None', tiling: true },
    ]);
  });

  test('what is said of the prediction is said of its own checkpoint', async () => {
    wishes.length = 0;
    const { open } = await job({ override_settings: { sd_model_checkpoint: 'one', prediction: 'v' } });
    await open();
    await open('refiner');
    expect(wishes.map(({ prediction }) => prediction)).toEqual(['v', undefined]);
  });

  test.each([
    [{ styles: ['none such'] }, 'styles'],
    [{ enable_hr: true, denoising_strength: 0.5, hr_upscaler: 'none such' }, 'hr_upscaler'],
  ])('refuses %o for its %s', async (fields, field) => {
    await expect(job(fields)).rejects.toMatchObject({ name: 'RequestError', field });
  });
});

describe('batchSeeds', () => {
  test('counts up from the first picture', async () => {
    const one = await job({ seed: 5, subseed: 9 });
    expect(batchSeeds(one, 0, 3)).toEqual({ seeds: [5n, 6n, 7n], subseeds: [9n, 10n, 11n] });
    expect(batchSeeds(one, 3, 2)).toEqual({ seeds: [8n, 9n], subseeds: [12n, 13n] });
  });

  test('keeps the seed and counts that of the variation', async () => {
    const varied = await job({ seed: 5, subseed: 9, subseed_strength: 0.1 });
    expect(batchSeeds(varied, 2, 2)).toEqual({ seeds: [5n, 5n], subseeds: [11n, 12n] });
  });

  test('is exact beyond the integers of floats', async () => {
    const large = await job({ seed: '9007199254740993', subseed: '18446744073709551614' });
    expect(batchSeeds(large, 0, 2)).toEqual({
      seeds: [9007199254740993n, 9007199254740994n],
      subseeds: [18446744073709551614n, 18446744073709551615n],
    });
  });
});

describe('planPass', () => {
  test('starts later in a picture, and takes fixed steps in a second pass', async () => {
    const one = await job({ sampler_name: 'Euler' });
    const steps = (more: Partial<Parameters<typeof planPass>[1]>): number =>
      planPass(one, { choice: one.choice, steps: 10, ...more }).values.length - 1;
    expect(steps({})).toBe(10);
    expect(steps({ strength: 0.5 })).toBeLessThan(10);
    expect(steps({ strength: 0.5, second: true })).toBeGreaterThan(steps({ strength: 0.5 }));
  });

  test('a model with a zero terminal ratio has that schedule, as if it were asked for', async () => {
    const one = await job({ sampler_name: 'Euler' });
    const plan = planPass(one, { choice: one.choice, steps: 10 }, { ...fakeModel(), zeroTerminal: true });
    expect(plan.table.max).toBeGreaterThan(4000);
    expect(plan.infotext).toMatchObject({ 'Noise Schedule': 'Zero Terminal SNR' });
    expect(planPass(one, { choice: one.choice, steps: 10 }, fakeModel()).table.max).toBeLessThan(15);
  });
});

test.each([
  ['txt2img', { tiling: true }, true],
  ['img2img', { tiling: true }, false],
  ['txt2img', { override_settings: { tiling: true } }, true],
  ['img2img', { override_settings: { tiling: true } }, true],
  ['txt2img', {}, false],
] as const)('tiles: %s %o %s', (kind, fields, expected) => {
  expect(tiles(request(fields, kind))).toBe(expected);
});
