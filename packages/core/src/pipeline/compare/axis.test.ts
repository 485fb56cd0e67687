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
