import { expect, test } from 'vitest';
import { randomFloats, seeded } from './random.ts';

test('a seed says which numbers come, all in [0, 1)', () => {
  const [a, b, c] = [seeded(1), seeded(1), seeded(2)];
  const numbers = Array.from({ length: 1000 }, () => a());
  expect(numbers).toEqual(Array.from({ length: 1000 }, () => b()));
  expect(c()).not.toBe(numbers[0]);
  expect(numbers.every((value) => value >= 0 && value < 1)).toBe(true);
  expect(numbers.reduce((x, y) => x + y) / 1000).toBeCloseTo(0.5, 1);
});

test('random floats fill their range', () => {
  const values = randomFloats(1000, 3, [-5, 2]);
  expect(values).toHaveLength(1000);
  expect(Math.min(...values)).toBeGreaterThanOrEqual(-5);
  expect(Math.max(...values)).toBeLessThan(2);
  expect(Math.max(...values) - Math.min(...values)).toBeGreaterThan(6.5);
});
