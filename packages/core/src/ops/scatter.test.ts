import { describe, expect, test } from 'vitest';
import { input } from '../graph/index.ts';
import { checkOp } from '../testing/vitest/index.ts';
import { scatter } from './scatter.ts';

describe('scatter', () => {
  checkOp<'x', { readonly places: readonly number[]; readonly size: number }>(
    {
      build: ({ x }, attrs) => scatter(x, attrs),
      reference({ x }, { places, size }) {
        const out = new Float64Array(size);
        places.forEach((place, i) => (out[place] = x.data[i]!));
        return out;
      },
    },
    [
      { ins: { x: [3] }, attrs: { places: [4, 0, 2], size: 6 } },
      { ins: { x: [1] }, attrs: { places: [0], size: 1 } },
    ],
  );

  test('refuses another number of places, and places outside', () => {
    const x = input('x', [2]);
    expect(() => scatter(x, { places: [0], size: 4 })).toThrowError(
      expect.objectContaining({ code: 'shape', got: [2] }),
    );
    expect(() => scatter(x, { places: [0, 4], size: 4 })).toThrowError(
      expect.objectContaining({ code: 'shape', got: [4] }),
    );
    expect(() => scatter(x, { places: [-1, 0], size: 4 })).toThrowError(expect.objectContaining({ code: 'shape' }));
  });
});
