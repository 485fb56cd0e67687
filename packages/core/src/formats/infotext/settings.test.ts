import { expect, test } from 'vitest';
import { settingOverrides } from './settings.ts';

function options(entries: readonly (readonly [string, string])[], current?: Record<string, unknown>) {
  return settingOverrides(new Map(entries), current).map(({ option, value }) => [option, value]);
}

test('values take the type of their option, and those that are set already are left out', () => {
  expect(
    options([
      ['Clip skip', '2'],
      ['ENSD', '31337'],
      ['Eta', '1'],
      ['Tiling', 'True'],
      ['RNG', 'NV'],
    ]),
  ).toEqual([
    ['eta_noise_seed_delta', 31337],
    ['CLIP_stop_at_last_layers', 2],
    ['randn_source', 'NV'],
    ['tiling', true],
  ]);
  expect(
    options(
      [
        ['Clip skip', '2'],
        ['Eta', '1.0'],
      ],
      { CLIP_stop_at_last_layers: 2, eta_ancestral: 0 },
    ),
  ).toEqual([['eta_ancestral', 1]]);
});

test('values that an option cannot have are left out', () => {
  expect(
    options([
      ['Clip skip', 'two'],
      ['Clip skip', '2.5'],
      ['NGMS', 'nan'],
      ['Schedule rho', '1e999'],
      ['ENSD', ''],
    ]),
  ).toEqual([]);
});
