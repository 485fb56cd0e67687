import { expect, test } from 'vitest';
import { readOptions } from '../pipeline/options.ts';
import { SAMPLING_DEFAULTS, uniPcOptions } from './options.ts';

test('defaults are those of a request that sets nothing', () => {
  expect(readOptions({})).toMatchObject({ ...SAMPLING_DEFAULTS });
});

test('UniPC has its settings among them', () => {
  expect(uniPcOptions(SAMPLING_DEFAULTS)).toEqual({
    variant: 'bh1',
    skipType: 'time_uniform',
    order: 3,
    lowerOrderFinal: true,
  });
  expect(uniPcOptions({ ...SAMPLING_DEFAULTS, uni_pc_order: 2, uni_pc_variant: 'bh2' })).toMatchObject({
    variant: 'bh2',
    order: 2,
  });
});
