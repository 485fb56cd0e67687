import { describe, expect, test } from 'vitest';
import { constant } from '../../graph/index.ts';
import { tensor } from '../../tensor/index.ts';
import { checkAdapter, expectClose, expectDigest, fill, openModule, runOutputs } from '../../testing/vitest/index.ts';
import type { FreshParts, Hints } from '../adapter.ts';
import { lokr } from './lokr.ts';

async function deltaOf(parts: FreshParts, shape: readonly number[], hints: Hints = {}): Promise<Float32Array> {
  const { w } = await runOutputs({ w: openModule(parts, hints).weight(constant(tensor(shape).data, shape), 1) });
  return w!.data;
}

const number = (value: number): ReturnType<typeof tensor> => tensor([], Float32Array.of(value));

/** (((a·k + b) mod 7) − 3)/10 at flat place k. */
function sevens(shape: readonly [number, number], a: number, b: number): ReturnType<typeof tensor> {
  return tensor(
    shape,
    Float32Array.from({ length: shape[0] * shape[1] }, (_, k) => (((a * k + b) % 7) - 3) / 10),
  );
}

describe('lokr', () => {
  checkAdapter({
    family: lokr,
    linear: true,
    cases: [
      { base: [12, 16], options: { rank: 1 } },
      { base: [12, 16], options: { rank: 1, factor: 12, decomposeBoth: true } },
      { base: [12, 8, 3, 3], options: { rank: 1, tucker: true } },
      { base: [12, 8, 3, 3], options: { rank: 1 } },
    ],
  });
  // Two whole factors have no rank, so alpha does not count.
  checkAdapter({ family: lokr, cases: [{ base: [6, 8], options: { rank: 9 } }] });

  test('whole factors, and a block that is a product', async () => {
    const w1 = fill(15, [2, 3]);
    const whole = new Map([
      ['lokr_w1', w1],
      ['lokr_w2', fill(16, [2, 2, 3, 3])],
    ]);
    expectDigest(
      tensor([4, 6, 3, 3], await deltaOf(whole, [4, 6, 3, 3])),
      [-0.109375, 0.136719, -0.246094, 0, -0.257812, -1.0625, 6.489807],
    );
    const product = new Map([
      ['lokr_w1', w1],
      ['lokr_w2_a', fill(17, [2, 1])],
      ['lokr_w2_b', fill(18, [1, 18])],
      ['alpha', number(2)],
    ]);
    expectDigest(
      tensor([4, 6, 3, 3], await deltaOf(product, [4, 6, 3, 3])),
      [0.082031, -0.164062, 0.21875, -0.027344, -0.193359, 0.171875, 5.01585],
    );
  });

  test('two whole factors are not scaled, whatever alpha says; a product is; a configuration always counts', async () => {
    const whole = new Map([
      ['lokr_w1', sevens([2, 2], 3, 1)],
      ['lokr_w2', sevens([2, 3], 2, 5)],
    ]);
    const delta = await deltaOf(whole, [4, 6]);
    expectClose(delta.slice(0, 6), [-0.04, 0.06, 0.02, 0.02, -0.03, -0.01]);
    expectClose(delta.slice(18), [-0.03, -0.09, 0.06, 0, 0, 0]);
    expect(await deltaOf(new Map([...whole, ['alpha', number(1)]]), [4, 6])).toEqual(delta);
    expectClose(
      await deltaOf(whole, [4, 6], { scale: 0.25 }),
      delta.map((x) => x / 4),
    );
    const product = (alpha: number): FreshParts =>
      new Map([
        ['lokr_w1', sevens([2, 2], 3, 1)],
        ['lokr_w2_a', fill(1, [2, 4])],
        ['lokr_w2_b', fill(2, [4, 3])],
        ['alpha', number(alpha)],
      ]);
    expectClose(
      await deltaOf(product(1), [4, 6]),
      (await deltaOf(product(4), [4, 6])).map((x) => x / 4),
    );
  });
});
