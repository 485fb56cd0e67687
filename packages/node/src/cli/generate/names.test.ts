import { SAMPLERS, SCHEDULERS } from '@graft/core/diffusion';
import { describe, expect, test } from 'vitest';
import { readSampler, readScheduler, readUpscaler } from './names.ts';

describe('readSampler', () => {
  test('knows every sampler by name and aliases, and every scheduler behind it', () => {
    for (const { name, aliases } of SAMPLERS) {
      for (const known of [name, name.toLowerCase(), ...aliases])
        expect(readSampler(known, '--sampler')).toEqual({ sampler: name, scheduler: undefined });
    }
    for (const { label, name } of SCHEDULERS) {
      for (const known of [label, name])
        expect(readSampler(`Euler a ${known}`, '--sampler')).toEqual({ sampler: 'Euler a', scheduler: label });
    }
  });

  test.each([
    ['DPM++ 2M Karras', { sampler: 'DPM++ 2M', scheduler: 'Karras' }],
    ['dpm++2m sde', { sampler: 'DPM++ 2M SDE', scheduler: undefined }],
    ['Euler SGM Uniform', { sampler: 'Euler', scheduler: 'SGM Uniform' }],
    ['EULER-A', { sampler: 'Euler a', scheduler: undefined }],
  ])('%s', (text, choice) => {
    expect(readSampler(text, '--sampler')).toEqual(choice);
  });

  test.each(['Eulr', '', 'Karras', 'Euler karas'])('refuses %j and offers others', (text) => {
    expect(() => readSampler(text, '--sampler')).toThrowError(
      expect.objectContaining({ code: 'request', field: '--sampler', hint: expect.any(String) as unknown }),
    );
  });

  test('refuses what is too long for a name', () => {
    expect(() => readSampler(' a'.repeat(50_000), '--sampler')).toThrowError(
      expect.objectContaining({ field: '--sampler' }),
    );
  });
});

test('readScheduler', () => {
  expect(readScheduler('karras', '--scheduler')).toBe('Karras');
  expect(readScheduler('SGMUniform', '--scheduler')).toBe('SGM Uniform');
  expect(() => readScheduler('karas', '--scheduler')).toThrowError(
    expect.objectContaining({ field: '--scheduler', hint: expect.stringContaining('Karras') as unknown }),
  );
});

test('readUpscaler', () => {
  expect(readUpscaler('latent (Nearest exact)', '--hires-upscaler')).toBe('Latent (nearest-exact)');
  expect(readUpscaler('lanczos', '--hires-upscaler')).toBe('Lanczos');
  expect(() => readUpscaler('ESRGAN', '--hires-upscaler')).toThrowError(expect.objectContaining({ code: 'request' }));
});
