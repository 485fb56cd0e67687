import { describe, expect, test } from 'vitest';
import { RESIZE_FILTERS, type ResizeFilterName } from './filters.ts';
import { picture, type Picture } from './picture.ts';
import { resize } from './resize.ts';

const FILTERS = ['nearest', 'box', 'bilinear', 'hamming', 'bicubic', 'lanczos'] as const;

function ramp(width: number, height: number): Picture {
  return picture(
    { width, height, channels: 1 },
    Uint8Array.from({ length: width * height }, (_, i) => (i * 37) % 256),
  );
}

describe.each(FILTERS)('%s', (filter: ResizeFilterName) => {
  test('keeps a plain colour', () => {
    const source = picture({ width: 7, height: 5, channels: 3 });
    source.data.fill(173);
    for (const [width, height] of [
      [3, 11],
      [14, 1],
      [1, 1],
    ] as const)
      expect(new Set(resize(source, { width, height, filter }).data)).toEqual(new Set([173]));
  });
  test('at the same size changes nothing', () => {
    expect(resize(ramp(6, 4), { width: 6, height: 4, filter })).toEqual(ramp(6, 4));
  });
  test('commutes with transposing', () => {
    const turned = (source: Picture): Picture => {
      const out = picture({ width: source.height, height: source.width, channels: 1 });
      for (let y = 0; y < source.height; y++)
        for (let x = 0; x < source.width; x++) out.data[x * source.height + y] = source.data[y * source.width + x]!;
      return out;
    };
    const one = resize(resize(ramp(9, 9), { width: 4, height: 9, filter }), { width: 4, height: 13, filter });
    const other = resize(resize(turned(ramp(9, 9)), { width: 9, height: 4, filter }), { width: 13, height: 4, filter });
    expect(turned(other)).toEqual(one);
  });
  test('a whole box is a crop', () => {
    const source = ramp(10, 10);
    const result = resize(source, { width: 3, height: 2, filter, box: [4, 5, 7, 7] });
    expect([...result.data]).toEqual([54, 55, 56, 64, 65, 66].map((i) => source.data[i]));
  });
});

test('transparent colours do not bleed', () => {
  const source = picture({ width: 2, height: 1, channels: 4 }, Uint8Array.of(255, 0, 0, 0, 0, 0, 255, 255));
  const { data } = resize(source, { width: 1, height: 1, filter: 'box' });
  expect([...data]).toEqual([0, 0, 255, 128]);
});

test('filters are even, 1 in the middle and 0 at their support', () => {
  for (const [name, filter] of Object.entries(RESIZE_FILTERS)) {
    expect(filter.weight(0), name).toBe(1);
    expect(filter.weight(filter.support + 1e-9), name).toBeCloseTo(0, 6);
    expect(filter.weight(-0.3), name).toBeCloseTo(filter.weight(0.3), 12);
  }
});
