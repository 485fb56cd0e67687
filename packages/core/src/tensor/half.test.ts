import { describe, expect, test } from 'vitest';
import { widen } from './dtype.ts';
import { roundHalf } from './half.ts';

/** Every finite non-negative float16, ascending: the codes 0…0x7bff. */
const HALVES = widen('F16', new Uint8Array(Uint16Array.from({ length: 0x7c00 }, (_, code) => code).buffer));

describe('roundHalf', () => {
  test('keeps every float16, and a third of a step away rounds back to it', () => {
    const wrong = Array.from(HALVES).filter((half, i) => {
      const step = (HALVES[i + 1] ?? 65536) - half;
      return roundHalf(half) !== half || roundHalf(half + step / 3) !== half || roundHalf(-half - step / 3) !== -half;
    });
    expect(wrong).toEqual([]);
  });

  test('a tie goes to the even code', () => {
    const wrong = Array.from(HALVES.subarray(0, -1)).filter((half, code) => {
      const next = HALVES[code + 1]!;
      return roundHalf((half + next) / 2) !== (code % 2 === 0 ? half : next);
    });
    expect(wrong).toEqual([]);
  });

  test('the ends', () => {
    expect(roundHalf(65519.999)).toBe(65504);
    expect(roundHalf(65520)).toBe(Infinity);
    expect(roundHalf(-1e9)).toBe(-Infinity);
    expect(roundHalf(2 ** -25)).toBe(0);
    expect(roundHalf(NaN)).toBeNaN();
  });
});
