import { describe, expect, test } from 'vitest';
import type { TowerUse } from '../models/index.ts';
import type { Tensor } from '../tensor/index.ts';
import type { EmbeddingName } from '../text/index.ts';
import { fakeModel } from '../testing/vitest/fake-model.ts';
import { fill } from '../testing/vitest/fill.ts';
import { chunkEncoder } from './chunk-encoder.ts';
import type { EncodeTextOptions } from './networks.ts';

const IDS = [new Array<number>(77).fill(1), new Array<number>(77).fill(2)];
const WIDE = fill(1, [2, 4]);
const USE: TowerUse = { component: 'te1', maker: 'openai', state: 'clip-skip', norm: true, pooled: false };

async function encode(
  vectors: ReadonlyMap<string, Tensor>,
  {
    name,
    use = USE,
    clipLSkip,
  }: { readonly name?: string; readonly use?: TowerUse; readonly clipLSkip?: boolean } = {},
): Promise<EncodeTextOptions> {
  let asked: EncodeTextOptions | undefined;
  const { te1 } = fakeModel().networks.texts;
  const encoder = chunkEncoder(
    {
      ...te1!,
      encode: (ids, options) => {
        asked = options;
        return te1!.encode(ids, options);
      },
    },
    { use, clipLSkip, vectors },
  );
  const embedding = { name } as EmbeddingName;
  await encoder(IDS, { clipSkip: 2, placements: [[], name === undefined ? [] : [{ offset: 4, embedding }]] });
  return asked!;
}

describe('chunkEncoder', () => {
  test('puts vectors behind the start token of their window', async () => {
    const plain = { state: 2, norm: true, pooled: false };
    expect(await encode(new Map([['cat', WIDE]]), { name: 'cat' })).toEqual({
      ...plain,
      patches: [{ window: 1, at: 5, vectors: WIDE }],
    });
    expect(await encode(new Map())).toEqual({ ...plain, patches: [] });
  });

  test('takes the state that the base model uses', async () => {
    const use: TowerUse = {
      component: 'te1',
      maker: 'openai',
      state: 'penultimate-or-skip',
      norm: false,
      pooled: true,
    };
    expect(await encode(new Map(), { use })).toMatchObject({ state: 2, norm: false, pooled: true });
    const skipping = chunkEncoder(
      { ...fakeModel().networks.texts.te1!, encode: async (_, { state }) => ({ z: fill(state, [1, 1, 1]) }) },
      { use, clipLSkip: true },
    );
    expect(await skipping([], { clipSkip: 3, placements: [] })).toEqual({ z: fill(3, [1, 1, 1]) });
  });

  test('refuses an embedding of another width, or one that is not loaded', async () => {
    await expect(encode(new Map([['cat', fill(1, [2, 5])]]), { name: 'cat' })).rejects.toMatchObject({
      code: 'model',
      at: 'cat',
    });
    await expect(encode(new Map(), { name: 'dog' })).rejects.toMatchObject({ code: 'model', at: 'dog' });
  });
});
