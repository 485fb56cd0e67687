import { describe, expect, test } from 'vitest';
import { tensor } from '../tensor/index.ts';
import { encodeTexts, padTokens, type ChunkEncoder } from './encode.ts';
import { clipTokenizer, openClipTokenizer } from './tokenizer.ts';
import { END, START, WINDOW } from './window.ts';

/** "Encodes" a token as its id, times ten where an embedding is placed in the row. */
const ids: ChunkEncoder = (tokens) =>
  Promise.resolve({
    z: tensor([tokens.length, WINDOW, 1], Float32Array.from(tokens.flat())),
    pooled: tensor(
      [tokens.length, 1],
      Float32Array.from(tokens, ([, first = 0]) => first),
    ),
  });

describe('encode', () => {
  test('joins chunks on the token axis and completes shorter texts with empty chunks', async () => {
    const { z, pooled } = await encodeTexts(['cat BREAK dog', 'cat'], clipTokenizer(), ids, { emphasis: 'Ignore' });
    const { shape, data } = z;
    expect(shape).toEqual([2, 2 * WINDOW, 1]);
    expect(pooled).toEqual(tensor([2, 1], Float32Array.of(2368, 2368)));
    const at = (text: number, chunk: number): number[] => [
      ...data.subarray((2 * text + chunk) * WINDOW, (2 * text + chunk) * WINDOW + 3),
    ];
    expect([at(0, 0), at(0, 1), at(1, 0), at(1, 1)]).toEqual([
      [START, 2368, END],
      [START, 1929, END],
      [START, 2368, END],
      [START, END, END],
    ]);
  });

  test('the encoder gets ids filled with the pad token', async () => {
    const { data } = (await encodeTexts(['cat'], openClipTokenizer(), ids)).z;
    expect([...data.subarray(0, 5)]).toEqual([START, 2368, END, 0, 0]);
    expect(padTokens([1, 2, 3], 0)).toEqual([1, 2, 3]);
  });

  test('fills up with empty chunks where another encoder needs more', async () => {
    const { z } = await encodeTexts(['cat'], clipTokenizer(), ids, { chunks: 2 });
    expect(z.shape).toEqual([1, 2 * WINDOW, 1]);
    expect([...z.data.subarray(WINDOW, WINDOW + 3)]).toEqual([START, END, END]);
  });

  test('the old emphasis makes one chunk', async () => {
    const { z } = await encodeTexts(['cat BREAK dog'], clipTokenizer(), ids, { oldEmphasis: true });
    expect(z.shape).toEqual([1, WINDOW, 1]);
  });
});
