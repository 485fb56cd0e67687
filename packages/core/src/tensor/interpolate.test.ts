import { describe, expect, test } from 'vitest';
import { expectClose } from '../testing/vitest/close.ts';
import { randomFloats } from '../testing/vitest/random.ts';
import { interpolate, type InterpolateOptions } from './interpolate.ts';
import { tensor, type Tensor } from './tensor.ts';

const MODES: readonly Pick<InterpolateOptions, 'mode' | 'antialias'>[] = [
  { mode: 'nearest' },
  { mode: 'nearest-exact' },
  { mode: 'bilinear' },
  { mode: 'bicubic' },
  { mode: 'bilinear', antialias: true },
  { mode: 'bicubic', antialias: true },
];
const row = (...values: number[]): Tensor => tensor([1, 1, 1, values.length], Float32Array.from(values));

describe.each(MODES)('interpolate $mode, antialias $antialias', (how) => {
  const x = tensor([2, 3, 5, 4], randomFloats(120, 1));

  test('to the same size changes nothing', () => {
    expectClose(interpolate(x, { height: 5, width: 4, ...how }).data, x.data);
  });

  test.each([
    [7, 9],
    [2, 3],
    [1, 1],
    [10, 2],
  ])('to %s × %s keeps a flat picture, and treats planes apart', (height, width) => {
    const flat = tensor([2, 3, 5, 4], new Float32Array(120).fill(0.7));
    const resized = interpolate(flat, { height, width, ...how });
    expect(resized.shape).toEqual([2, 3, height, width]);
    expectClose(resized.data, new Float32Array(6 * height * width).fill(0.7));
    const last = tensor([1, 1, 5, 4], x.data.slice(100));
    const all = interpolate(x, { height, width, ...how }).data;
    expectClose(all.subarray(-height * width), interpolate(last, { height, width, ...how }).data, { abs: 0, rel: 0 });
  });
});

describe('interpolate', () => {
  test.each<[string, Tensor, InterpolateOptions, readonly number[]]>([
    ['nearest', row(1, 2, 3), { height: 1, width: 5, mode: 'nearest' }, [1, 1, 2, 2, 3]],
    ['nearest-exact', row(1, 2, 3), { height: 1, width: 5, mode: 'nearest-exact' }, [1, 1, 2, 3, 3]],
    ['bilinear', row(0, 4), { height: 1, width: 4, mode: 'bilinear' }, [0, 1, 3, 4]],
    ['bilinear, every second', row(0, 4, 8, 12), { height: 1, width: 2, mode: 'bilinear' }, [2, 10]],
    [
      'bilinear, smoothed',
      row(0, 8, 0, 0),
      { height: 1, width: 2, mode: 'bilinear', antialias: true },
      [24 / 7, 8 / 7],
    ],
  ])('%s', (_, x, options, values) => {
    expectClose(interpolate(x, options).data, values);
  });

  test('Keys’ cubic, a = −½, carries a slope on, away from the edge', () => {
    const slope = row(...Array.from({ length: 12 }, (_, i) => i));
    const { data } = interpolate(slope, { height: 1, width: 24, mode: 'bicubic', antialias: true });
    const expected = Array.from({ length: 24 }, (_, i) => (i + 0.5) / 2 - 0.5);
    expectClose(data.subarray(4, 20), expected.slice(4, 20));
    const [, quarter] = interpolate(row(0, 0, 0, 1, 0, 0, 0), { height: 1, width: 14, mode: 'bicubic' }).data.subarray(
      5,
    );
    // torch's own: a = −¾. A quarter beside the peak: (a + 2)/64 − (a + 3)/16 + 1.
    expect(quarter).toBeCloseTo(1.25 / 64 - 2.25 / 16 + 1, 6);
  });
});
