import { expect, test } from 'vitest';
import { countTokens } from './counter.ts';
import { clipTokenizer } from './tokenizer.ts';

test('counts the longest text, without tags and comments', () => {
  const tokenizer = clipTokenizer();
  const count = (text: string, positive = true): unknown => countTokens(text, tokenizer, { steps: 10, positive });
  expect(count('[a:b c d:3] <lora:x:1> # e')).toEqual({ count: 3, limit: 75 });
  expect(count('a AND b b b')).toEqual({ count: 3, limit: 75 });
  expect(count('a AND b b b', false)).toEqual({ count: 5, limit: 75 });
  expect(count('')).toEqual({ count: 0, limit: 75 });
});
