import { describe, expect, test } from 'vitest';
import { correctColors, matchHistograms } from './color-correction.ts';
import { toGray } from './convert.ts';
import { labToRgb, rgbToLab } from './lab.ts';
import { picture, type Picture } from './picture.ts';

function noise(seed: number, scale: readonly number[]): Picture {
  let state = seed;
  const data = Uint8Array.from({ length: 40 * 30 * 3 }, (_, i) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 24) * scale[i % 3]!;
  });
  return picture({ width: 40, height: 30, channels: 3 }, data);
}

describe('LAB', () => {
  test.each([
    [
      [255, 255, 255],
      [255, 128, 128],
    ],
    [
      [0, 0, 0],
      [0, 128, 128],
    ],
    [
      [255, 0, 0],
      [136, 208, 195],
    ],
    [
      [0, 0, 255],
      [82, 207, 20],
    ],
  ])('of %j is %j', (rgb, lab) => {
    expect([...rgbToLab(picture({ width: 1, height: 1, channels: 3 }, Uint8Array.from(rgb))).data]).toEqual(lab);
  });
  test('comes back nearly unchanged', () => {
    const source = noise(1, [1, 1, 1]);
    const back = labToRgb(rgbToLab(source));
    const sum = source.data.reduce((total, v, i) => total + Math.abs(v - back.data[i]!), 0);
    expect(sum / source.data.length).toBeLessThan(1.5);
  });
});

describe('matchHistograms', () => {
  test('a picture matches itself', () => {
    expect(matchHistograms(noise(1, [1, 1, 1]), noise(1, [1, 1, 1]))).toEqual(noise(1, [1, 1, 1]));
  });
  test('takes over the mean of each channel', () => {
    const reference = noise(7, [0.3, 0.6, 1]);
    const matched = matchHistograms(noise(2, [1, 0.5, 0.5]), reference);
    const mean = ({ data }: Picture, c: number): number =>
      data.reduce((sum, v, i) => (i % 3 === c ? sum + v : sum), 0) / 1200;
    for (let c = 0; c < 3; c++) expect(Math.abs(mean(matched, c) - mean(reference, c))).toBeLessThan(1.5);
  });
});

test('correcting keeps the brightness of the result', () => {
  const result = noise(3, [0.8, 0.8, 0.8]);
  const corrected = toGray(correctColors(result, noise(4, [1, 0.2, 0.2])));
  const worst = toGray(result).data.reduce((max, v, i) => Math.max(max, Math.abs(v - corrected.data[i]!)), 0);
  expect(worst).toBeLessThanOrEqual(2);
});
