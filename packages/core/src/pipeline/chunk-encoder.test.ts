import { describe, expect, test } from 'vitest';
import type { Tensor } from '../tensor/index.ts';
import type { EmbeddingName } from '../text/index.ts';
import { fakeModel } from '../testing/vitest/fake-model.ts';
import { fill } from '../testing/vitest/fill.ts';
import { chunkEncoder } from './chunk-encoder.ts';
import type { EncodeTextOptions } from './networks.ts';

const IDS = [new Array<number>(77).fill(1), new Array<number>(77).fill(2)];
const WIDE = fill(1, [2, 4]);

async function encode(vectors: ReadonlyMap<string, Tensor>, name?: string): Promise<EncodeTextOptions> {
  let asked: EncodeTextOptions | undefined;
  const { networks } = fakeModel();
  const encoder = chunkEncoder(
    {
      ...networks,
      encodeText: (ids, options) => {
        asked = options;
        return networks.encodeText(ids, options);
      },
    },
    vectors,
  );
  const embedding = { name } as EmbeddingName;
  await encoder(IDS, { clipSkip: 2, placements: [[], name === undefined ? [] : [{ offset: 4, embedding }]] });
  return asked!;
}

describe('chunkEncoder', () => {
  test('puts vectors behind the start token of their window', async () => {
    expect(await encode(new Map([['cat', WIDE]]), 'cat')).toEqual({
      clipSkip: 2,
      patches: [{ window: 1, at: 5, vectors: WIDE }],
    });
    expect(await encode(new Map())).toEqual({ clipSkip: 2, patches: [] });
  });

  test('refuses an embedding of another width, or one that is not loaded', async () => {
    await expect(encode(new Map([['cat', fill(1, [2, 5])]]), 'cat')).rejects.toMatchObject({
      code: 'model',
      at: 'cat',
    });
    await expect(encode(new Map(), 'dog')).rejects.toMatchObject({ code: 'model', at: 'dog' });
  });
});
