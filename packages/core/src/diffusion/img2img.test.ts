import { describe, expect, test } from 'vitest';
import { imageSteps } from './img2img.ts';

describe('imageSteps', () => {
  test.each([
    [20, 0.75, false, 20, 15],
    [20, 1, false, 20, 19],
    [20, 0, false, 20, 0],
    // 0.29·100 is a hair below 29 in binary.
    [100, 0.29, false, 100, 28],
    [20, 0.7, true, 28, 19],
    [20, 1, true, 20, 19],
    [10, 0, true, 0, 9],
  ])('%s steps at %s, fixed %s', (steps, strength, fixedSteps, planned, encoded) => {
    expect(imageSteps(steps, { strength, fixedSteps })).toEqual({ planned, encoded });
  });
});
