import { describe, test } from 'vitest';
import { constant } from '../../graph/index.ts';
import { tensor } from '../../tensor/index.ts';
import { checkAdapter, expectDigest, fill, openModule, runOutputs } from '../../testing/vitest/index.ts';
import type { FreshParts } from '../adapter.ts';
import { loha } from './loha.ts';

async function weightOf(parts: FreshParts, shape: readonly number[]): ReturnType<typeof runOutputs> {
  return runOutputs({ w: openModule(parts).weight(constant(tensor(shape).data, shape), 1) });
}

describe('loha', () => {
  checkAdapter({
    family: loha,
    linear: true,
    cases: [{ base: [6, 4] }, { base: [4, 3, 3, 3] }, { base: [4, 3, 3, 3], options: { tucker: true } }],
  });

  test('the delta of a linear layer, and of a convolution with cores', async () => {
    const flat = new Map([
      ['hada_w1_a', fill(5, [4, 2])],
      ['hada_w1_b', fill(6, [2, 6])],
      ['hada_w2_a', fill(7, [4, 2])],
      ['hada_w2_b', fill(8, [2, 6])],
      ['alpha', tensor([], Float32Array.of(1))],
    ]);
    expectDigest(
      (await weightOf(flat, [4, 6])).w!,
      [0.00531, -0.064453, -0.031128, -0.009827, 0.067383, 0.370262, 0.048791],
    );
    const cores = new Map([
      ['hada_t1', fill(9, [2, 2, 3, 3])],
      ['hada_t2', fill(10, [2, 2, 3, 3])],
      ['hada_w1_a', fill(11, [2, 4])],
      ['hada_w1_b', fill(12, [2, 3])],
      ['hada_w2_a', fill(13, [2, 4])],
      ['hada_w2_b', fill(14, [2, 3])],
      ['alpha', tensor([], Float32Array.of(1))],
    ]);
    expectDigest(
      (await weightOf(cores, [4, 3, 3, 3])).w!,
      [0.0001, 0.000026, 0.003092, 0.000043, 0.000892, 0.273193, 0.004587],
    );
  });
});
