import { describe, expect, test } from 'vitest';
import { allFinite } from './all-finite.ts';

describe.each([
  ['F16', 0x3c00, [0x7c00, 0xfc00, 0x7e01, 0xfc01]],
  ['BF16', 0x3f80, [0x7f80, 0xff80, 0x7fc1, 0xff81]],
] as const)('allFinite of %s', (dtype, one, wrong) => {
  const bytes = (codes: readonly number[]): Uint8Array => new Uint8Array(Uint16Array.from(codes).buffer);
  const most = wrong[0] - 1;

  test('passes every other number', () => {
    for (const code of [0, 1, most, 0x8000, 0x8001, 0x8000 | most])
      for (const count of [1, 2, 3, 4]) expect(allFinite(dtype, bytes(new Array<number>(count).fill(code)))).toBe(true);
  });

  test('finds one at any place, also out of line', () => {
    for (const code of wrong)
      for (const count of [1, 2, 3, 4, 11])
        for (let at = 0; at < count; at++) {
          const codes = new Array<number>(count).fill(one);
          codes[at] = code;
          expect(allFinite(dtype, bytes(codes))).toBe(false);
          expect(allFinite(dtype, bytes([one, ...codes]).subarray(2))).toBe(false);
          expect(allFinite(dtype, bytes([code, ...codes.with(at, one)]).subarray(2))).toBe(true);
        }
  });
});

test('allFinite of other types', () => {
  const floats = (...values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);
  expect(allFinite('F32', floats(3e38, -3e38, 3e38, -0))).toBe(true);
  for (const value of [NaN, Infinity, -Infinity]) expect(allFinite('F32', floats(1, value, 1))).toBe(false);
  expect(allFinite('I64', new Uint8Array(16).fill(255))).toBe(true);
  expect(allFinite('F32', new Uint8Array(0))).toBe(true);
});
