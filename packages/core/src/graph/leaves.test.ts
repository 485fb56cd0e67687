import { expect, test } from 'vitest';
import { bytesSource } from '../bytes/index.ts';
import { expectShapeError } from '../testing/vitest/refuse.ts';
import { constant, input, inputName, scalar, weight, weightOf } from './leaves.ts';
import type { WeightRef } from './weight.ts';

const REF: WeightRef = {
  name: 'w',
  dtype: 'F16',
  shape: [2, 3],
  store: bytesSource('file', new Uint8Array(12)),
  offset: 0,
  length: 12,
};

test('an input has the type that it is given', () => {
  expect(input('x', ['b', 2])).toMatchObject({ shape: ['b', 2], dtype: 'f32', ins: {} });
  expect(input('ids', ['n'], 'i64')).toMatchObject({ shape: ['n'], dtype: 'i64' });
});

test('a weight is f32, whatever it is in its file', () => {
  expect(weight(REF)).toMatchObject({ shape: [2, 3], dtype: 'f32' });
  expectShapeError(() => weight({ ...REF, dtype: 'C64' }), 'w', ['C64']);
});

test('a constant has the numbers that it was given, even when these change', () => {
  const data = [1, 2];
  const value = constant(data);
  data[0] = 9;
  expect(value).toMatchObject({ shape: [2], attrs: { data: Float32Array.of(1, 2) } });
  expect(scalar(3)).toMatchObject({ shape: [], attrs: { data: Float32Array.of(3) } });
  expectShapeError(() => constant([1, 2, 3], [2, 2]), 'constant', [3]);
});

test('leaves tell what they are', () => {
  expect([input('x', []), weight(REF), scalar(1)].map(inputName)).toEqual(['x', undefined, undefined]);
  expect([input('x', []), weight(REF), scalar(1)].map(weightOf)).toEqual([undefined, REF, undefined]);
});
