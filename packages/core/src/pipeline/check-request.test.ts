import { describe, expect, test } from 'vitest';
import { AdapterError } from '../errors/index.ts';
import { fakeModel } from '../testing/vitest/index.ts';
import type { PipelineContext } from './context.ts';
import type { ModelWish } from './model.ts';
import type { ModelOutline } from './outline.ts';
import { readRequest } from './request.ts';
import { checkRequest, type CheckedRequest } from './check-request.ts';

/** Nothing can be loaded here. */
const context: PipelineContext = {
  models: { open: () => Promise.reject(new Error('loaded')) },
  codec: { decode: () => Promise.reject(new Error('decoded')), encode: () => Promise.reject(new Error('encoded')) },
  randomSeed: () => 0n,
};

/** Of several checkpoints one has latents of another kind, and one no networks go with. */
async function outline({ checkpoint }: ModelWish): Promise<ModelOutline> {
  const model = fakeModel({ name: checkpoint });
  const { networks } = model;
  if (checkpoint === 'large')
    return { ...model, networks: { ...networks, conditioning: { ...networks.conditioning, latents: 'sdxl' } } };
  return checkpoint === 'other' ? { ...model, with: () => Promise.reject(new AdapterError('style', 'no')) } : model;
}

const check = (body: Readonly<Record<string, unknown>>): Promise<CheckedRequest> =>
  checkRequest(
    readRequest('txt2img', { seed: 1, ...body }, () => new Uint8Array()),
    context,
    outline,
  );
const checkpoint = (name: string): Readonly<Record<string, unknown>> => ({
  override_settings: { sd_model_checkpoint: name },
});
const SECOND = { enable_hr: true, denoising_strength: 0.5 };

describe('checkRequest', () => {
  test('loads nothing for what can be drawn', async () => {
    const { samplers, models } = await check({ prompt: 'a cat', ...checkpoint('large') });
    expect(samplers.map(({ name }) => name)).toEqual(['Euler']);
    expect(models.map(({ name }) => name)).toEqual(['large']);
  });

  test('tells all that draws', async () => {
    const { samplers, models } = await check({
      ...SECOND,
      ...{ refiner_checkpoint: 'one', hr_checkpoint_name: 'two', hr_sampler_name: 'DDIM' },
    });
    expect(samplers.map(({ name }) => name)).toEqual(['Euler', 'DDIM']);
    expect(models.map(({ name }) => name).toSorted()).toEqual(['', 'one', 'two']);
  });

  test.each([
    ['styles', { styles: ['nothing'] }],
    ['prompt', { prompt: '<lora:nothing:1>' }],
    ['hr_upscaler', { enable_hr: true, denoising_strength: 0.5, hr_upscaler: 'nothing' }],
  ])('tells what is wrong with %s', async (field, body) => {
    await expect(check(body)).rejects.toMatchObject({ code: 'request', field });
  });

  test.each([
    ['the checkpoint', checkpoint('other')],
    ['that of the second pass', { ...SECOND, hr_checkpoint_name: 'other' }],
    ['the refiner', { refiner_checkpoint: 'other' }],
  ])('tells what does not fit %s', async (_, body) => {
    await expect(check(body)).rejects.toMatchObject({ code: 'adapter' });
  });

  test.each(['hr_checkpoint_name', 'refiner_checkpoint'])('tells a %s of another kind', async (field) => {
    await expect(check({ ...SECOND, [field]: 'large' })).rejects.toMatchObject({ code: 'request', field });
  });
});
