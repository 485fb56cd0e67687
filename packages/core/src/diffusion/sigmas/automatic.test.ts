import { expect, test } from 'vitest';
import { automatic } from './automatic.ts';

test('Automatic leaves the sigmas to the sampler', () => {
  expect(automatic.sigmas).toBeUndefined();
});
