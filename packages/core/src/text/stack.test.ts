import { describe, expect, test } from 'vitest';
import { tensor, type Tensor } from '../tensor/index.ts';
import { padPair, stackRows } from './stack.ts';

const column = (...values: number[]): Tensor => tensor([1, values.length, 1], Float32Array.from(values));

describe('stack', () => {
  test('a shorter row is filled with its last vector', () => {
    const encoded = [
      tensor([2, 1, 2], Float32Array.from([1, 2, 3, 4])),
      tensor([1, 2, 2], Float32Array.from([5, 6, 7, 8])),
    ];
    const rows = [
      { schedule: 0, entry: 1 },
      { schedule: 1, entry: 0 },
    ];
    expect(stackRows(encoded, rows)).toEqual(tensor([2, 2, 2], Float32Array.from([3, 4, 3, 4, 5, 6, 7, 8])));
    expect(() => stackRows(encoded, [{ schedule: 1, entry: 1 }])).toThrowError(
      expect.objectContaining({ code: 'shape' }),
    );
  });

  test('padding with empty prompts lengthens the shorter side by whole chunks', () => {
    const empty = column(0, 9);
    const long = column(1, 2, 3, 4);
    const short = column(5, 6);
    expect(padPair(long, short, empty, { empty: true }).uncond).toEqual(column(5, 6, 0, 9));
    expect(padPair(short, long, empty, { empty: true }).cond).toEqual(column(5, 6, 0, 9));
  });

  test('the old padding repeats uncond’s last vector or cuts it, and goes first', () => {
    const empty = column(0);
    const both = { empty: true, v0: true };
    expect(padPair(column(1, 2, 3), column(5, 6), empty, both).uncond).toEqual(column(5, 6, 6));
    expect(padPair(column(1), column(5, 6), empty, both)).toEqual({ cond: column(1), uncond: column(5), padded: true });
  });

  test('without an option, and at equal lengths, both stay as they are', () => {
    const a = column(1, 2);
    const b = column(3);
    expect(padPair(a, b, b, {})).toEqual({ cond: a, uncond: b, padded: false });
    expect(padPair(a, a, b, { empty: true, v0: true })).toEqual({ cond: a, uncond: a, padded: false });
  });
});
