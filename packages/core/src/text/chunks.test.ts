import { describe, expect, test } from 'vitest';
import { EMPTY_CHUNK, chunkPrompt, tokenLimit } from './chunks.ts';
import { indexEmbeddings } from './embeddings.ts';
import { clipTokenizer } from './tokenizer.ts';
import { CHUNK, COMMA, END, START, WINDOW } from './window.ts';

const tokenizer = clipTokenizer();
const CAT = 2368;

describe('chunks', () => {
  test('every chunk is START, 75 tokens, END, with as many weights', () => {
    for (const text of ['', 'a (cat:1.3)', 'cat '.repeat(200), 'BREAK', `${'cat,'.repeat(90)} BREAK x`]) {
      const { chunks, count } = chunkPrompt(text, tokenizer);
      for (const { tokens, weights } of chunks) {
        expect([tokens.length, weights.length, tokens[0], tokens.at(-1)]).toEqual([WINDOW, WINDOW, START, END]);
        expect([weights[0], weights.at(-1)]).toEqual([1, 1]);
      }
      expect(tokenLimit(count)).toBe(CHUNK * chunks.length);
    }
    expect(chunkPrompt('', tokenizer)).toEqual({ chunks: [EMPTY_CHUNK], count: 0 });
  });

  test('text after the last comma moves on, if it is short enough', () => {
    const text = `${'cat '.repeat(60)}, ${'dog '.repeat(20)}`;
    expect(chunkPrompt(text, tokenizer).chunks[0]!.tokens.indexOf(COMMA)).toBe(61);
    expect(chunkPrompt(text, tokenizer).chunks[0]!.tokens[62]).toBe(END);
    expect(chunkPrompt(text, tokenizer, { commaBacktrack: 14 }).chunks[0]!.tokens[62]).not.toBe(END);
    expect(chunkPrompt(text, tokenizer, { commaBacktrack: 0 }).chunks[0]!.tokens[62]).not.toBe(END);
  });

  test('BREAK begins a chunk, but not where brackets are text', () => {
    expect(chunkPrompt('cat BREAK cat', tokenizer).chunks).toHaveLength(2);
    expect(chunkPrompt('cat BREAK cat', tokenizer, { emphasis: 'None' }).chunks).toHaveLength(1);
    expect(chunkPrompt('(cat)', tokenizer, { emphasis: 'Ignore' }).chunks[0]!.weights[1]).toBe(1.1);
  });

  test('an embedding takes its vectors’ places, whole', () => {
    const embeddings = indexEmbeddings([{ name: 'zzz', vectors: 3 }], tokenizer);
    const { chunks } = chunkPrompt(`${'cat '.repeat(73)}(zzz:1.5)`, tokenizer, { embeddings });
    expect(chunks.map(({ placements }) => placements.map(({ offset }) => offset))).toEqual([[], [0]]);
    expect(chunks[0]!.tokens.slice(73, 76)).toEqual([CAT, END, END]);
    expect(chunks[1]!.tokens.slice(0, 5)).toEqual([START, 0, 0, 0, END]);
    expect(chunks[1]!.weights.slice(0, 5)).toEqual([1, 1.5, 1.5, 1.5, 1]);
  });

  test('refuses an embedding that no chunk holds', () => {
    const embeddings = indexEmbeddings([{ name: 'zzz', vectors: CHUNK + 1 }], tokenizer);
    expect(() => chunkPrompt('zzz', tokenizer, { embeddings })).toThrowError(
      expect.objectContaining({ code: 'request', field: 'prompt' }),
    );
  });
});
