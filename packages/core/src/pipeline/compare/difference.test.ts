import { describe, expect, test } from 'vitest';
import { picture, type Picture } from '../../image/index.ts';
import { heatPicture, measureDifference, VISIBLE } from './difference.ts';

function rgb(...data: number[]): Picture {
  return picture({ width: data.length / 3, height: 1, channels: 3 }, Uint8Array.from(data));
}

describe('measureDifference', () => {
  test('is nothing between a picture and itself, and the same both ways', () => {
    const [a, b] = [rgb(1, 2, 3, 200, 100, 0), rgb(9, 2, 0, 0, 255, 7)];
    expect(measureDifference(a, a)).toEqual({ mean: 0, max: 0, changed: 0 });
    expect(measureDifference(a, b)).toEqual(measureDifference(b, a));
  });

  test('knows mean, largest and share', () => {
    const [a, b] = [rgb(0, 0, 0, 10, 10, 10, 5, 5, 5), rgb(0, 0, 90, 10, 10, 10, 5, 5 + VISIBLE, 5)];
    expect(measureDifference(a, b)).toEqual({ mean: (90 + VISIBLE) / 9, max: 90, changed: 1 / 3 });
  });

  test('sees grey as colours, and not opacity', () => {
    const grey = picture({ width: 1, height: 1, channels: 1 }, Uint8Array.of(9));
    const clear = picture({ width: 1, height: 1, channels: 4 }, Uint8Array.of(9, 9, 9, 0));
    expect(measureDifference(grey, clear)?.max).toBe(0);
  });

  test('does not compare sizes', () => {
    expect(measureDifference(rgb(1, 1, 1), rgb(1, 1, 1, 2, 2, 2))).toBeUndefined();
    expect(heatPicture(rgb(1, 1, 1), rgb(1, 1, 1, 2, 2, 2))).toBeUndefined();
  });
});

describe('heatPicture', () => {
  test('is black where nothing differs and hottest from `full` on', () => {
    const heat = heatPicture(rgb(7, 7, 7, 0, 0, 0, 0, 0, 0), rgb(7, 7, 7, 40, 40, 40, 255, 255, 255), 40)!;
    expect([...heat.data]).toEqual([0, 0, 0, 255, 255, 220, 255, 255, 220]);
  });

  test('gets brighter with the difference', () => {
    const brightness = Array.from({ length: 256 }, (_, v) => {
      const { data } = heatPicture(rgb(0, 0, 0), rgb(v, v, v))!;
      return 0.3 * data[0]! + 0.6 * data[1]! + 0.1 * data[2]!;
    });
    for (let v = 1; v < 256; v++) expect(brightness[v]).toBeGreaterThanOrEqual(brightness[v - 1]! - 0.5);
    expect(brightness[255]).toBeGreaterThan(brightness[0]!);
  });
});
