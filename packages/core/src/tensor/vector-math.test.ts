import { expect, test } from 'vitest';
import { torchRandom } from './torch-random.ts';
import { vectorLog, vectorSinCos } from './vector-math.ts';

const UNIFORMS = torchRandom(1n).uniform(4096);
/** Of float32 at 1. */
const UNIT = 2 ** -23;

test('the logarithm is right to a few units in the last place, and exact at 1', () => {
  expect(vectorLog(1)).toBe(0);
  for (const u of UNIFORMS) {
    const x = Math.fround(1 - u);
    expect(Math.abs(vectorLog(x) - Math.log(x))).toBeLessThanOrEqual(2 * UNIT * Math.max(1e-6, Math.abs(Math.log(x))));
  }
});

test('sine and cosine are right to a unit in the last place of 1, in every octant', () => {
  expect(vectorSinCos(0)).toEqual([0, 1]);
  for (const u of UNIFORMS) {
    const x = Math.fround(u * 2 * Math.PI);
    const [sin, cos] = vectorSinCos(x);
    expect(Math.abs(sin - Math.sin(x))).toBeLessThanOrEqual(UNIT);
    expect(Math.abs(cos - Math.cos(x))).toBeLessThanOrEqual(UNIT);
  }
});

test('results are float32 numbers', () => {
  for (const u of UNIFORMS.subarray(0, 64))
    for (const value of [vectorLog(1 - u), ...vectorSinCos(u)]) expect(Math.fround(value)).toBe(value);
});
