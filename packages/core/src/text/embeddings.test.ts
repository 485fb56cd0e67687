import { expect, test } from 'vitest';
import { indexEmbeddings } from './embeddings.ts';
import { clipTokenizer } from './tokenizer.ts';

test('the longest name that stands there is found, in any case', () => {
  const tokenizer = clipTokenizer();
  const names = ['Style', 'style three', '  '].map((name, i) => ({ name, vectors: i + 1 }));
  const index = indexEmbeddings(names, tokenizer);
  const ids = tokenizer.encode('a STYLE three style');
  expect(index.find(ids, 0)).toBeUndefined();
  expect(index.find(ids, 1)).toEqual({ embedding: names[1], ids: 2 });
  expect(index.find(ids, 3)).toEqual({ embedding: names[0], ids: 1 });
  expect(index.find(ids, 4)).toBeUndefined();
});
