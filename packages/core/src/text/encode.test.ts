import { describe, expect, test } from 'vitest';
import { tensor } from '../tensor/index.ts';
import { encodeTexts, padTokens, type ChunkEncoder } from './encode.ts';
import { clipTokenizer, openClipTokenizer } from './tokenizer.ts';
import { END, START, WINDOW } from './window.ts';

/** "Encodes" a token as its id, times ten where an embedding is placed in the row. */
const ids: ChunkEncoder = (tokens) =>
  Promise.resolve(tensor([tokens.length, WINDOW, 1], Float32Array.from(tokens.flat())));

describe('encode', () => {
  test('joins chunks on the token axis and completes shorter texts with empty chunks', async () => {
    const { shape, data } = await encodeTexts(['cat BREAK dog', 'cat'], clipTokenizer(), ids, { emphasis: 'Ignore' });
    expect(shape).toEqual([2, 2 * WINDOW, 1]);
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
    const { data } = await encodeTexts(['cat'], openClipTokenizer(), ids);
    expect([...data.subarray(0, 5)]).toEqual([START, 2368, END, 0, 0]);
    expect(padTokens([1, 2, 3], 0)).toEqual([1, 2, 3]);
  });

  test('the old emphasis makes one chunk', async () => {
    const { shape } = await encodeTexts(['cat BREAK dog'], clipTokenizer(), ids, { oldEmphasis: true });
    expect(shape).toEqual([1, WINDOW, 1]);
  });
});
