import { describe, expect, test } from 'vitest';
import { linspace32 } from './float32.ts';

describe('linspace32', () => {
  test('has both ends exactly, and one number is the start', () => {
    const values = linspace32(0.1, 0.7, 7);
    expect(values[0]).toBe(Math.fround(0.1));
    expect(values[6]).toBe(Math.fround(0.7));
    expect([...linspace32(5, 2, 1)]).toEqual([5]);
    expect(linspace32(5, 2, 0)).toHaveLength(0);
  });

  test('is the same from either side', () => {
    expect([...linspace32(3, 11, 9)].reverse()).toEqual([...linspace32(11, 3, 9)]);
  });
});
