import { expect, test } from 'vitest';
import { crop, paste } from './crop.ts';
import { picture } from './picture.ts';

const source = picture({ width: 3, height: 3, channels: 1 }, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9));

test('cuts, with zeros outside', () => {
  expect([...crop(source, [1, 1, 3, 2]).data]).toEqual([5, 6]);
  expect([...crop(source, [-1, 2, 2, 4]).data]).toEqual([0, 7, 8, 0, 0, 0]);
  expect(crop(source, [5, 5, 6, 6]).data).toEqual(new Uint8Array(1));
});

test('a crop put back where it was changes nothing', () => {
  expect(paste(source, crop(source, [1, 0, 3, 2]), { x: 1, y: 0 })).toEqual(source);
});

test('what is pasted outside is cut', () => {
  const top = picture({ width: 2, height: 2, channels: 1 }, Uint8Array.of(10, 20, 30, 40));
  expect([...paste(source, top, { x: 2, y: -1 }).data]).toEqual([1, 2, 30, 4, 5, 6, 7, 8, 9]);
  expect(paste(source, top, { x: 9, y: 9 })).toEqual(source);
});

test('refuses to mix channels', () => {
  const top = picture({ width: 1, height: 1, channels: 3 });
  expect(() => paste(source, top, { x: 0, y: 0 })).toThrowError(expect.objectContaining({ code: 'shape', got: [3] }));
});
