import { describe, expect, test } from 'vitest';
import { OPTION_NAMES } from '../options.ts';
import { requestFieldTypes } from '../request.ts';
import { axisLabel, parseAxis } from './axis.ts';

describe('parseAxis', () => {
  test.each([
    ['seed: 1..3', { kind: 'field', name: 'seed', type: 'whole' }, ['1', '2', '3']],
    ['CFG Scale: 4, 7.5', { kind: 'field', name: 'cfg_scale', type: 'number' }, ['4', '7.5']],
    ['cfg=4,7', { kind: 'field', name: 'cfg_scale', type: 'number' }, ['4', '7']],
    ['Sampler: Euler a, DDIM', { kind: 'field', name: 'sampler_name', type: 'text' }, ['Euler a', 'DDIM']],
    ['Checkpoint name: a, b', { kind: 'setting', name: 'sd_model_checkpoint', type: 'text' }, ['a', 'b']],
    ['clip skip: 1-2', { kind: 'setting', name: 'CLIP_stop_at_last_layers', type: 'whole' }, ['1', '2']],
    ['tiling: on, off', { kind: 'setting', name: 'tiling', type: 'flag' }, ['true', 'false']],
    ['sigma_min: 0.1', { kind: 'setting', name: 'sigma_min', type: 'number' }, ['0.1']],
    ['Sigma min: 0.1', { kind: 'field', name: 's_tmin', type: 'number' }, ['0.1']],
    ['style: a, b', { kind: 'field', name: 'styles', type: 'text', list: true }, ['a', 'b']],
    ['prompt: "a, b", c: d', { kind: 'field', name: 'prompt', type: 'text' }, ['a, b', 'c: d']],
    ['Prompt S/R: cat, dog', { kind: 'replace' }, ['cat', 'dog']],
    ['with: none, <lora:a:1>', { kind: 'with' }, ['none', '<lora:a:1>']],
    ['strength: 0..1 step 0.5', { kind: 'strength' }, ['0', '0.5', '1']],
    ['size: 64x64', { kind: 'size' }, ['64x64']],
  ])('%s', (text, target, values) => {
    expect(parseAxis(text, '--x')).toMatchObject({ option: '--x', target, values });
  });

  // Names of the axes in the webui's script xyz_grid.
  test.each([
    ['Seed', 'field seed'],
    ['Var. seed', 'field subseed'],
    ['Var. strength', 'field subseed_strength'],
    ['Steps', 'field steps'],
    ['Hires steps', 'field hr_second_pass_steps'],
    ['CFG Scale', 'field cfg_scale'],
    ['Prompt S/R', 'replace'],
    ['Prompt order', 'order'],
    ['Sampler', 'field sampler_name'],
    ['Hires sampler', 'field hr_sampler_name'],
    ['Checkpoint name', 'setting sd_model_checkpoint'],
    ['Negative Guidance minimum sigma', 'field s_min_uncond'],
    ['Sigma Churn', 'field s_churn'],
    ['Sigma min', 'field s_tmin'],
    ['Sigma max', 'field s_tmax'],
    ['Sigma noise', 'field s_noise'],
    ['Schedule type', 'field scheduler'],
    ['Schedule min sigma', 'setting sigma_min'],
    ['Schedule max sigma', 'setting sigma_max'],
    ['Schedule rho', 'setting rho'],
    ['Beta schedule alpha', 'setting beta_dist_alpha'],
    ['Beta schedule beta', 'setting beta_dist_beta'],
    ['Eta', 'field eta'],
    ['Clip skip', 'setting CLIP_stop_at_last_layers'],
    ['Denoising', 'field denoising_strength'],
    ['Initial noise multiplier', 'setting initial_noise_multiplier'],
    ['Extra noise', 'setting img2img_extra_noise'],
    ['Hires upscaler', 'field hr_upscaler'],
    ['VAE', 'setting sd_vae'],
    ['Styles', 'field styles'],
    ['UniPC Order', 'setting uni_pc_order'],
    ['Always discard next-to-last sigma', 'setting always_discard_next_to_last_sigma'],
    ['SGM noise multiplier', 'setting sgm_noise_multiplier'],
    ['Refiner checkpoint', 'field refiner_checkpoint'],
    ['Refiner switch at', 'field refiner_switch_at'],
    ['RNG source', 'setting randn_source'],
    ['Size', 'size'],
  ])("takes the webui's %s, in any case", (label, expected) => {
    for (const name of [label, label.toLowerCase(), label.toUpperCase()]) {
      const { target } = parseAxis(`${name}: 1`, '--x');
      expect('name' in target ? `${target.kind} ${target.name}` : target.kind).toBe(expected);
    }
  });

  test('takes those of image to image, and refuses what is not there', () => {
    const name = (text: string): unknown => parseAxis(`${text}: 1`, '--x', 'img2img').target;
    expect(name('Image CFG Scale')).toMatchObject({ name: 'image_cfg_scale' });
    expect(name('Cond. Image Mask Weight')).toMatchObject({ name: 'inpainting_mask_weight' });
    expect(name('Initial noise multiplier')).toMatchObject({ name: 'initial_noise_multiplier' });
    expect(() => name('Face restore')).toThrowError(expect.objectContaining({ field: '--x' }));
  });

  test('makes all orders of texts', () => {
    expect(parseAxis('order: a, "b, c", d', '--x').values).toEqual([
      'a, b, c, d',
      'a, d, b, c',
      'b, c, a, d',
      'b, c, d, a',
      'd, a, b, c',
      'd, b, c, a',
    ]);
    expect(parseAxis('Prompt order: a, a', '--x').values).toEqual(['a']);
    expect(() => parseAxis('order: 1, 2, 3, 4, 5, 6, 7', '--x')).toThrowError(
      expect.objectContaining({ field: '--x' }),
    );
  });

  test('takes every field and setting by its own name', () => {
    const one = { text: 'a', choice: 'a', texts: 'a', flag: 'true', whole: '1', number: '1' };
    for (const [name, type] of requestFieldTypes('img2img')) {
      if (['batch_size', 'n_iter', 'sampler_index', 'tiling'].includes(name)) continue;
      expect(parseAxis(`${name}: ${one[type]}`, '--x', 'img2img').target).toMatchObject({ kind: 'field', name });
    }
    for (const name of OPTION_NAMES) expect(() => parseAxis(`${name}: 1`, '--x')).not.toThrowError(/there is no axis/);
  });

  test.each(['', 'seed', ': 1', 'seed: ', 'nothing: 1', 'batch size: 1, 2', 'mask_blur: 1', '🙂: 1'])(
    'refuses %j',
    (text) => {
      expect(() => parseAxis(text, '--y')).toThrowError(expect.objectContaining({ code: 'request', field: '--y' }));
    },
  );
});

test('labels say what a number is, and texts alone', () => {
  const label = (text: string, value: string): string => axisLabel(parseAxis(text, '--x'), value);
  expect(label('Steps: 1', '1')).toBe('Steps: 1');
  expect(label('sampler: DDIM', 'DDIM')).toBe('DDIM');
  expect(label('style: a', '')).toBe('style: none');
  expect(label('with: none', 'none')).toBe('without');
});
