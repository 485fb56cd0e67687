import { describe, expect, test } from 'vitest';
import { brownianNoise, type BrownianNoise } from './brownian-noise.ts';

const options = { source: 'CPU', size: 256, seeds: [42], sigmaMin: 0.0291675348, sigmaMax: 14.6146421 } as const;

/** W(to) − W(from). */
function increment(noise: BrownianNoise, from: number, to: number): Float32Array {
  return noise.between(from, to).map((value) => value * Math.sqrt(Math.abs(to - from)));
}

describe('brownianNoise', () => {
  test.each([
    [14.6146421, 10, [-1.3330449, 0.7609481, 0.8064924, -0.0345407]],
    [10, 5, [0.1077693, -1.0956677, 0.0815578, 1.4165843]],
    [5, 1, [-0.535839, -0.1375999, -0.8248793, 0.629901]],
  ])('from %s to %s', (from, to, expected) => {
    const noise = brownianNoise(options).between(from, to);
    expected.forEach((value, i) => expect(noise[i]).toBeCloseTo(value, 4));
  });

  test('increments add up, whatever the order of the questions', () => {
    const noise = brownianNoise(options);
    const parts = [increment(noise, 3, 1), increment(noise, 9, 3.5), increment(noise, 3.5, 3)];
    increment(brownianNoise(options), 9, 1).forEach((whole, i) => {
      expect(parts.reduce((sum, part) => sum + part[i]!, 0)).toBeCloseTo(whole, 4);
    });
  });

  test('the way back is the negative', () => {
    const noise = brownianNoise(options);
    const forth = noise.between(2, 1);
    noise.between(1, 2).forEach((value, i) => expect(value).toBe(-forth[i]!));
  });

  test('an image has the same path alone and in a batch', () => {
    const batch = brownianNoise({ ...options, seeds: [1, 42] }).between(5, 2);
    expect(batch.subarray(256)).toEqual(brownianNoise(options).between(5, 2));
  });

  test('steps down to the resolution have variance 1', () => {
    const noise = brownianNoise({ ...options, size: 20000 });
    for (const [from, to] of [
      [2, 1],
      [2, 1.9999],
      [2, 1.999998],
    ] as const) {
      const variance = noise.between(from, to).reduce((sum, value) => sum + value ** 2, 0) / 20000;
      expect(Math.abs(variance - 1)).toBeLessThan(0.05);
    }
  });

  test('questions outside the interval get the part inside', () => {
    const noise = brownianNoise(options);
    const inside = increment(noise, 14.6146421, 10);
    increment(noise, 20, 10).forEach((value, i) => expect(value).toBeCloseTo(inside[i]!, 5));
  });
});
