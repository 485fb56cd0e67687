import { describe, expect, test } from 'vitest';
import { constant } from '../../graph/index.ts';
import { tensor, type Tensor } from '../../tensor/index.ts';
import { checkAdapter, expectClose, expectDigest, fill, openModule, runOutputs } from '../../testing/vitest/index.ts';
import type { FreshParts } from '../adapter.ts';
import { boft, butterflySize } from './boft.ts';

async function weightOf(parts: FreshParts, { data, shape }: Tensor): Promise<Tensor> {
  return (await runOutputs({ w: openModule(parts).weight(constant(data, shape), 1) })).w!;
}

describe('boft', () => {
  checkAdapter({
    family: boft,
    optional: ['rescale'],
    cases: [{ base: [8, 5] }, { base: [8, 3, 3, 3], options: { rank: 4, rescaled: true, constraint: 0.01 } }],
  });

  test('three rounds of four blocks; lengths stay', async () => {
    const w = await weightOf(new Map([['oft_blocks', fill(26, [3, 4, 2, 2])]]), fill(25, [8, 3]));
    expectDigest(w, [-0.569026, 0.104362, -0.262824, -0.419565, 0.383659, -2.658653, 4.425781]);
  });

  test('without alpha, and by its fourth axis', async () => {
    const blocks = tensor([2, 2, 2, 2]);
    [0.1, 0.2, 0.3, -0.1].forEach((value, i) => (blocks.data[4 * i + 1] = value));
    const w = await weightOf(
      new Map([['oft_blocks', blocks]]),
      tensor([4, 2], Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8)),
    );
    expectClose(w.data, [5.336871, 7.040352, 1.789561, 2.449624, 5.234354, 5.677537, 4.991675, 5.674361]);
  });

  test('sizes of blocks: what is left of the outputs after halving', () => {
    expect([butterflySize(320, 10), butterflySize(320, 19), butterflySize(768, 8), butterflySize(1024, 8)]).toEqual([
      10, 10, 6, 8,
    ]);
    expect(() => butterflySize(320, 4)).toThrow(expect.objectContaining({ code: 'shape' }));
  });
});
