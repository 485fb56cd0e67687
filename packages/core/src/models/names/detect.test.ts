import { expect, test } from 'vitest';
import { checkpointShapes } from './architecture.ts';
import { a1111Config, diffusersType } from './detect.ts';

test.each([
  ['SD1', 'v1-inference', 'v1'],
  ['SD2', 'v2-inference', 'v2'],
  ['SDXL', 'sd_xl_base', 'xl_base'],
  ['SDXL refiner', 'sd_xl_refiner', 'xl_refiner'],
] as const)('%s', (base, config, type) => {
  expect(a1111Config(checkpointShapes(base))).toBe(config);
  expect(diffusersType(checkpointShapes(base))).toBe(type);
});

test('what is unknown is taken for SD1 by both', () => {
  expect(a1111Config(new Map())).toBe('v1-inference');
  expect(diffusersType(new Map())).toBe('v1');
});
