import { expect, test } from 'vitest';
import { orient } from './orient.ts';
import { picture } from './picture.ts';

const source = picture({ width: 3, height: 2, channels: 1 }, Uint8Array.of(1, 2, 3, 4, 5, 6));

test.each([
  [1, '123/456'],
  [2, '321/654'],
  [3, '654/321'],
  [4, '456/123'],
  [5, '14/25/36'],
  [6, '41/52/63'],
  [7, '63/52/41'],
  [8, '36/25/14'],
  [0, '123/456'],
  [99, '123/456'],
])('orientation %d', (orientation, expected) => {
  const { width, height, data } = orient(source, orientation);
  const rows = Array.from({ length: height }, (_, y) => [...data.subarray(y * width, (y + 1) * width)].join(''));
  expect(rows.join('/')).toBe(expected);
});
