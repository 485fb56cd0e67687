import { describe, expect, test } from 'vitest';
import { tensor } from '../tensor/index.ts';
import { fakeCodec, fakeModel } from '../testing/vitest/fake-model.ts';
import { fill } from '../testing/vitest/fill.ts';
import { enlarge, type Enlarged } from './enlarge.ts';
import { createJob } from './job.ts';
import type { PassResult } from './pass.ts';
import { readRequest } from './request.ts';

/** Enlarges the latents of a first pass at 32 × 32 pixels. */
async function enlarged(fields: Readonly<Record<string, unknown>>, inChannels = 4): Promise<Enlarged> {
  const model = fakeModel({ inChannels });
  const body = {
    prompt: 'a cat',
    seed: 1,
    width: 32,
    height: 32,
    sampler_name: 'Euler',
    enable_hr: true,
    denoising_strength: 0.5,
    ...fields,
  };
  const request = readRequest('txt2img', body, () => new Uint8Array());
  const context = { models: { open: async () => model }, codec: fakeCodec([]), randomSeed: () => 0n };
  const job = await createJob(request, context, {});
  const first = { latents: fill(3, [1, 4, 4, 4]), model } as unknown as PassResult;
  return enlarge(job, job.hires!, first, model);
}

describe('enlarge', () => {
  test.each(['Latent', 'Lanczos'])('gives latents of the size of the second pass by %s', async (upscaler) => {
    const { latents, picture } = await enlarged({ hr_scale: 2, hr_upscaler: upscaler });
    expect(latents.shape).toEqual([1, 4, 8, 8]);
    expect(picture).toBeUndefined();
  });

  test('repeats latents where they are taken from the nearest', async () => {
    const { latents } = await enlarged({ hr_scale: 2, hr_upscaler: 'Latent (nearest)' });
    const { data } = fill(3, [1, 4, 4, 4]);
    for (let i = 0; i < latents.data.length; i++) {
      const [x, y, plane] = [i % 8, Math.floor(i / 8) % 8, Math.floor(i / 64)];
      expect(latents.data[i]).toBe(data[(plane * 4 + (y >> 1)) * 4 + (x >> 1)]);
    }
  });

  test('cuts what is over, half on each side', async () => {
    const nearest = { hr_upscaler: 'Latent (nearest)', hr_resize_x: 64, hr_resize_y: 32 };
    const { latents } = await enlarged(nearest);
    expect(latents.shape).toEqual([1, 4, 4, 8]);
    const whole = (await enlarged({ hr_scale: 2, hr_upscaler: 'Latent (nearest)' })).latents;
    const middle = tensor([1, 4, 4, 8]);
    for (let plane = 0; plane < 4; plane++)
      middle.data.set(whole.data.subarray((plane * 8 + 2) * 8, (plane * 8 + 6) * 8), plane * 32);
    expect(latents).toEqual(middle);
  });

  test.each(['Latent', 'Lanczos'])('tells an inpainting model what it sees, by %s', async (upscaler) => {
    const { picture } = await enlarged({ hr_scale: 2, hr_upscaler: upscaler }, 9);
    expect(picture!.channels.shape).toEqual([1, 5, 8, 8]);
    expect(picture!.channels.data.subarray(0, 64).every((v) => v === 1)).toBe(true);
  });
});
