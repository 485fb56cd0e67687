import { expect, test } from 'vitest';
import { createPace, duration } from './pace.ts';

test('the pace is the mean of the last ten steps', () => {
  const pace = createPace();
  expect(pace.perStep).toBeUndefined();
  pace.add(0);
  expect(pace.perStep).toBeUndefined();
  pace.add(5000);
  expect(pace.perStep).toBe(5000);
  for (let i = 1; i <= 10; i++) pace.add(5000 + 100 * i);
  expect(pace.perStep).toBe(100);
  pace.restart();
  expect(pace.perStep).toBeUndefined();
});

test.each([
  [0, '0.00 s'],
  [84, '0.08 s'],
  [9400, '9.4 s'],
  [59_400, '59 s'],
  [59_600, '1 min 0 s'],
  [200_000, '3 min 20 s'],
  [7_500_000, '2 h 5 min'],
])('%d ms read %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});
