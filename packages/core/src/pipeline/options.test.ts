import { describe, expect, test } from 'vitest';
import { OPTION_NAMES, readOptions } from './options.ts';

describe('readOptions', () => {
  test('without settings is what the webui starts with', () => {
    const options = readOptions(undefined);
    expect(Object.keys(options).toSorted()).toEqual(OPTION_NAMES.toSorted());
    expect(options).toMatchObject({ randn_source: 'GPU', emphasis: 'Original', CLIP_stop_at_last_layers: 1 });
    expect(readOptions(null)).toEqual(options);
    expect(readOptions({})).toEqual(options);
  });

  test('leaves settings that change no picture alone', () => {
    expect(readOptions({ samples_save: false, outdir_samples: 3 })).toEqual(readOptions({}));
  });

  test.each([
    ['override_settings', [1]],
    ['override_settings', 'text'],
    ['override_settings.randn_source', { randn_source: 'TPU' }],
    ['override_settings.CLIP_stop_at_last_layers', { CLIP_stop_at_last_layers: 0 }],
    ['override_settings.eta_noise_seed_delta', { eta_noise_seed_delta: 2n ** 60n }],
    ['override_settings.tiling', { tiling: 'yes' }],
  ])('names %s', (field, settings) => {
    expect(() => readOptions(settings)).toThrowError(expect.objectContaining({ name: 'RequestError', field }) as Error);
  });
});
