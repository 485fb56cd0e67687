import { describe, expect, test } from 'vitest';
import { AdapterError } from '../errors/index.ts';
import { draw, fakeModel, type FakeModel } from '../testing/vitest/index.ts';

const settings = { override_settings: { refiner_switch_by_sample_steps: true } };
const HIRES = { enable_hr: true, denoising_strength: 0.5, hr_scale: 2 };

/** A model of another kind of latents. */
function large(name: string): FakeModel {
  const model = fakeModel({ name });
  const conditioning = { ...model.networks.conditioning, latents: 'sdxl' } as const;
  return { ...model, networks: { ...model.networks, conditioning } };
}

/** A model on which no network fits. */
function narrow(name: string): FakeModel {
  return { ...fakeModel({ name }), with: () => Promise.reject(new AdapterError('style', 'does not fit')) };
}

async function refused(fields: Readonly<Record<string, unknown>>, other: FakeModel, error: object): Promise<void> {
  const base = fakeModel({ name: 'base' });
  await expect(draw(fields, { models: [base, other] })).rejects.toMatchObject(error);
  expect([base.calls.length, other.calls.length]).toEqual([0, 0]);
}

describe('is refused before any work', () => {
  test.each([
    ['of other latents', large('other')],
    ['that inpaints', fakeModel({ name: 'other', inChannels: 9 })],
  ])('a refiner %s', async (_, other) => {
    await refused({ refiner_checkpoint: 'other', refiner_switch_at: 0.5, ...settings }, other, {
      name: 'RequestError',
      field: 'refiner_checkpoint',
    });
  });

  test('a second checkpoint of other latents, where they are enlarged', async () => {
    const fields = { ...HIRES, hr_checkpoint_name: 'other' };
    await refused(fields, large('other'), { name: 'RequestError', field: 'hr_checkpoint_name' });
  });

  test.each([
    { refiner_checkpoint: 'other', refiner_switch_at: 0.5, ...settings },
    { ...HIRES, hr_checkpoint_name: 'other' },
  ])('a network that does not fit what draws later: %o', async (fields) => {
    await refused(fields, narrow('other'), { name: 'AdapterError' });
  });
});

test('a second checkpoint of other latents goes on with pictures', async () => {
  const other = large('other');
  const fields = { ...HIRES, hr_checkpoint_name: 'other', hr_upscaler: 'Lanczos' };
  const [one] = await draw(fields, { models: [fakeModel({ name: 'base' }), other] });
  expect(one!.picture).toMatchObject({ width: 64, height: 64 });
  expect(other.calls.length).toBeGreaterThan(0);
});
