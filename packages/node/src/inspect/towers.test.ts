import { expect, test } from 'vitest';
import type { ModelFile } from '@graft/core/formats';
import { checkpointShapes, checkpointToDiffusers } from '@graft/core/models/names';
import { textTowers } from './towers.ts';

const fileOf = (shapes: Iterable<readonly [string, { readonly shape: readonly number[] }]>): ModelFile =>
  ({ name: 'f', tensors: new Map(shapes) }) as unknown as ModelFile;

test.each([
  ['SD1', [['hf', 768, 12]]],
  ['SD2', [['openclip', 1024, 24]]],
  [
    'SDXL',
    [
      ['hf', 768, 12],
      ['openclip', 1280, 32],
    ],
  ],
  ['SDXL refiner', [['openclip', 1280, 32]]],
] as const)('of %s', (base, towers) => {
  expect(
    textTowers(fileOf(checkpointShapes(base))).map(({ naming, width, layers }) => [naming, width, layers]),
  ).toEqual(towers);
});

test('of a file in diffusers’ spelling', () => {
  const { parts } = checkpointToDiffusers(checkpointShapes('SD2'));
  const shapes = [...parts].flatMap(([part, list]) =>
    list.map(({ key, shape }) => [`${part}.${key}`, { shape }] as const),
  );
  expect(textTowers(fileOf(shapes))).toEqual([{ naming: 'hf', width: 1024, layers: 23 }]);
});
