import { describe, expect, test } from 'vitest';
import { SAMPLERS } from '../../diffusion/index.ts';
import { fakeModel } from '../../testing/vitest/index.ts';
import { readRequest } from '../request.ts';
import { parseAxis } from './axis.ts';
import type { CheckedRequest } from '../check-request.ts';
import { idleNotes } from './idle-axes.ts';

interface Drawing {
  readonly sampler?: string;
  readonly inChannels?: number;
  readonly init?: boolean;
  readonly fields?: Readonly<Record<string, unknown>>;
}

function cell({ sampler = 'Euler', inChannels = 4, init = false, fields = {} }: Drawing): CheckedRequest {
  const body = { ...(init ? { init_images: [''], denoising_strength: 0.5 } : {}), ...fields };
  return {
    request: readRequest(init ? 'img2img' : 'txt2img', body, () => new Uint8Array()),
    samplers: SAMPLERS.filter(({ name }) => name === sampler),
    models: [fakeModel({ inChannels })],
  };
}

function notes(axis: string, ...drawings: readonly Drawing[]): readonly string[] {
  const kind = drawings.some(({ init }) => init === true) ? 'img2img' : 'txt2img';
  return idleNotes([parseAxis(axis, '--x', kind)], drawings.map(cell));
}

const SECOND: Drawing = { fields: { enable_hr: true, denoising_strength: 0.5 } };

describe('idleNotes', () => {
  test.each<readonly [string, Drawing, boolean]>([
    ['initial_noise_multiplier: 1, 1.1', {}, true],
    ['initial_noise_multiplier: 1, 1.1', SECOND, true],
    ['initial_noise_multiplier: 1, 1.1', { init: true }, false],
    ['img2img_color_correction: no, yes', {}, true],
    ['Extra noise: 0, 0.1', {}, true],
    ['Extra noise: 0, 0.1', SECOND, false],
    ['Extra noise: 0, 0.1', { init: true }, false],
    ['Cond. Image Mask Weight: 0, 1', { inChannels: 9 }, true],
    ['Cond. Image Mask Weight: 0, 1', { init: true }, true],
    ['Cond. Image Mask Weight: 0, 1', { init: true, inChannels: 9 }, false],
    ['Cond. Image Mask Weight: 0, 1', { ...SECOND, inChannels: 9 }, false],
    ['image cfg: 1, 2', { init: true }, true],
    ['image cfg: 1, 2', { init: true, inChannels: 8 }, false],
    ['Sigma churn: 0, 5', {}, false],
    ['Sigma churn: 0, 5', { sampler: 'DPM++ 2M' }, true],
    ['sigma min: 0, 5', {}, true],
    ['sigma min: 0, 5', { fields: { s_churn: 5 } }, false],
    ['sigma max: 5, 6', { fields: { override_settings: { s_churn: 5 } } }, false],
    ['Sigma noise: 1, 1.1', {}, true],
    ['Sigma noise: 1, 1.1', { fields: { s_churn: 5 } }, false],
    ['Sigma noise: 1, 1.1', { sampler: 'DPM++ 2M SDE' }, false],
    ['Sigma noise: 1, 1.1', { sampler: 'Euler a' }, true],
    ['eta: 0, 1', {}, true],
    ['eta: 0, 1', { sampler: 'Euler a' }, false],
    ['eta_ancestral: 0, 1', { sampler: 'DDIM' }, true],
    ['eta_ddim: 0, 1', { sampler: 'DDIM' }, false],
    ['eta_ddim: 0, 1', { sampler: 'Euler a' }, true],
    ['seed: 1, 2', {}, false],
    ['size: 64x64, 64x128', {}, false],
    ['with: a, b', {}, false],
  ])('%s on %j: %s', (axis, drawing, isIdle) => {
    expect(notes(axis, drawing)).toHaveLength(isIdle ? 1 : 0);
  });

  test('says nothing where one cell reads it', () => {
    expect(notes('Sigma churn: 0, 5', { sampler: 'DPM++ 2M' }, { sampler: 'Euler' })).toEqual([]);
  });

  test('says which axis, and why', () => {
    expect(notes('Extra noise: 0, 0.1', {})[0]).toMatch(/^--x "Extra noise" .*--init/);
    expect(notes('Sigma churn: 0, 5', { sampler: 'LMS' })[0]).toMatch(/with Euler, .*Heun/);
  });
});
