import { expect, test } from 'vitest';
import { chunkPromptOld } from './old-emphasis.ts';
import { clipTokenizer } from './tokenizer.ts';
import { END, WINDOW } from './window.ts';

const tokenizer = clipTokenizer();

test('brackets weight all that follows; what is over 75 tokens is cut', () => {
  const { chunks, count } = chunkPromptOld('(cat) dog', tokenizer);
  expect(chunks[0]!.weights.slice(0, 4)).toEqual([1, 1.1, 1, 1]);
  expect(count).toBe(2);
  const long = chunkPromptOld('cat '.repeat(100), tokenizer);
  expect(long.chunks[0]!.tokens).toHaveLength(WINDOW);
  expect([long.chunks.length, long.count, long.chunks[0]!.tokens.at(-1)]).toEqual([1, 100, END]);
});
