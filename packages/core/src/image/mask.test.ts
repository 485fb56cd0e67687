import { expect, test } from 'vitest';
import { toMask } from './mask.ts';
import { picture } from './picture.ts';

const soft = picture(
  { width: 4, height: 1, channels: 4 },
  Uint8Array.of(9, 9, 9, 0, 9, 9, 9, 128, 9, 9, 9, 129, 9, 9, 9, 255),
);

test('the opacity of a picture that is not opaque is the mask', () => {
  expect([...toMask(soft, { round: false }).data]).toEqual([0, 128, 129, 255]);
  expect([...toMask(soft, { round: true }).data]).toEqual([0, 0, 255, 255]);
});

test('the luminance of any other picture is the mask, never rounded', () => {
  const opaque = picture({ width: 2, height: 1, channels: 4 }, Uint8Array.of(100, 100, 100, 255, 7, 7, 7, 255));
  expect([...toMask(opaque, { round: true }).data]).toEqual([100, 7]);
  expect([...toMask(picture({ width: 1, height: 1, channels: 1 }, Uint8Array.of(60)), { round: true }).data]).toEqual([
    60,
  ]);
});
