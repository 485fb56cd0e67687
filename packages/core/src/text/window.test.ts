import { expect, test } from 'vitest';
import { WINDOW, fillWindow } from './window.ts';

test('a window is 77 long, whatever goes in', () => {
  expect(WINDOW).toBe(77);
  expect(fillWindow([1, 0, 2], 9)).toEqual([1, 0, 2, ...'9'.repeat(74).split('').map(Number)]);
  expect(
    fillWindow(
      Array.from({ length: 80 }, (_, i) => i),
      9,
    ),
  ).toHaveLength(WINDOW);
});
