import { expect, test } from 'vitest';
import { bytesSource } from '../../bytes/index.ts';
import { FormatError, SdError } from '../../errors/index.ts';
import { writeSafetensors } from '../../formats/index.ts';
import { embedding } from './embedding.ts';
import { isEmbeddingName, listEmbeddings, openEmbedding, stemOf } from './open.ts';

const noPictures = {
  decode: async (): Promise<never> => {
    throw new SdError('request', 'no picture was expected');
  },
};

async function safetensors(shape: readonly number[], data: Uint8Array): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const file = writeSafetensors([{ name: 'emb_params', dtype: 'BF16', shape, read: async () => data }]);
  for await (const chunk of file.chunks()) parts.push(chunk.slice());
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

test('the file’s stem is its word, and bfloat16 is widened exactly', async () => {
  const bytes = await safetensors([2, 2], Uint8Array.of(0x80, 0x3f, 0x00, 0xc0, 0x00, 0x3f, 0x00, 0x00));
  const found = await openEmbedding(bytesSource('my.word.safetensors', bytes), noPictures);
  expect(found).toMatchObject({
    name: 'my.word',
    count: 2,
    vectors: { vec: { data: Float32Array.of(1, -2, 0.5, 0) } },
  });
});

test.each([new Uint8Array(), new Uint8Array(14).fill(0x61)])('what is no model is refused', async (bytes) => {
  await expect(openEmbedding(bytesSource('x.pt', bytes), noPictures)).rejects.toBeInstanceOf(FormatError);
});

test.each([
  ['a.pt', true],
  ['a.PT', true],
  ['a.b.bin', true],
  ['a.safetensors', true],
  ['a.webp', true],
  ['a.preview.png', false],
  ['a.PREVIEW.PNG', false],
  ['a.preview.pt', true],
  ['a.pt.optim', false],
  ['a.txt', false],
  ['pt', false],
])('%s', (name, expected) => {
  expect(isEmbeddingName(name)).toBe(expected);
});

test.each([
  ['a.b.pt', 'a.b'],
  ['a', 'a'],
  ['.pt', '.pt'],
])('stem of %s', (name, stem) => {
  expect(stemOf(name)).toBe(stem);
});

test('embeddings are listed as A1111 lists them', () => {
  const one = (name: string, width: number, step = 0): ReturnType<typeof embedding> =>
    embedding(name, { kind: 'single', vec: { shape: [1, width], data: new Float32Array(width) } }, { step });
  const { loaded, skipped } = listEmbeddings(
    [one('b', 4), one('A', 4), one('wide', 8), one('_', 4), one('b', 4, 9)],
    4,
  );
  expect(loaded.map(({ name, step }) => [name, step])).toEqual([
    ['_', 0],
    ['A', 0],
    ['b', 9],
  ]);
  expect(skipped.map(({ name }) => name)).toEqual(['wide']);
});
