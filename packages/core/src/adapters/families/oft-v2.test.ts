import { describe, expect, test } from 'vitest';
import { constant } from '../../graph/index.ts';
import { tensor } from '../../tensor/index.ts';
import { checkAdapter, expectClose, expectDigest, fill, openModule, runOutputs } from '../../testing/vitest/index.ts';
import { oftV2 } from './oft-v2.ts';

const base = constant(fill(33, [4, 6]).data, [4, 6]);

describe('oft-v2', () => {
  checkAdapter({ family: oftV2, cases: [{ base: [5, 8] }, { base: [4, 2, 3, 3], options: { rank: 3 } }] });

  test('five terms of the series', async () => {
    const module = openModule(new Map([['oft_R.weight', fill(32, [2, 3])]]), { neumannTerms: 5 });
    expectDigest(
      (await runOutputs({ w: module.weight(base, 1) })).w!,
      [-0.276951, -0.232197, -0.598121, 0.535149, 0.057708, 0.486376, 2.898625],
    );
  });

  test('a constraint holds each block; a wide one changes nothing', async () => {
    const parts = new Map([['oft_R.weight', fill(32, [2, 3])]]);
    const outputs = Object.fromEntries(
      [undefined, 1e6, 0].map((bound, i) => [
        `w${i}`,
        openModule(parts, bound === undefined ? {} : { bound }).weight(base, 1),
      ]),
    );
    const { w0, w1, w2 } = await runOutputs(outputs);
    expect(w1!.data).toEqual(w0!.data);
    expectClose(w2!.data, fill(33, [4, 6]).data);
  });

  test('one block serves all inputs; OneTrainer’s mark divides first', async () => {
    const one = fill(32, [1, 3]);
    const twice = tensor([2, 3], Float32Array.of(...one.data, ...one.data));
    const marked = tensor(
      [1, 3],
      one.data.map((x) => x * 2 * Math.sqrt(2)),
    );
    const { shared, both, scaled } = await runOutputs({
      shared: openModule(new Map([['oft_R.weight', one]])).weight(base, 1),
      both: openModule(new Map([['oft_R.weight', twice]])).weight(base, 1),
      scaled: openModule(
        new Map([
          ['oft_R.weight', marked],
          ['oft_R.scaled_oft', tensor([], Float32Array.of(1))],
        ]),
      ).weight(base, 1),
    });
    expectClose(shared!.data, both!.data);
    expectClose(scaled!.data, shared!.data);
  });

  test('a length that is no triangle is refused by name', () => {
    expect(() => openModule(new Map([['oft_R.weight', fill(1, [2, 4])]]))).toThrow(
      expect.objectContaining({ code: 'adapter', key: 'lora_unet_layer.oft_R.weight' }),
    );
  });
});
