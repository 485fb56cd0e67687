import { describe, expect, test } from 'vitest';
import { parseAttention } from './attention.ts';

const pieces = (text: string): unknown[] => parseAttention(text).map(({ text: piece, weight }) => [piece, weight]);

describe('attention', () => {
  test('brackets multiply, escapes are literal, open brackets close at the end', () => {
    expect(pieces('a (((house:1.3)) [on] a (hill:0.5), sun, (((sky))).')).toEqual([
      ['a ', 1],
      ['house', 1.5730000000000004],
      [' ', 1.1],
      ['on', 1],
      [' a ', 1.1],
      ['hill', 0.55],
      [', sun, ', 1.1],
      ['sky', 1.4641000000000006],
      ['.', 1.1],
    ]);
    expect(pieces('\\(a\\) \\[ b\\c\\')).toEqual([['(a) [ bc', 1]]);
    expect(pieces('')).toEqual([['', 1]]);
  });

  test('BREAK is a word of its own and eats the spaces around it', () => {
    expect(pieces('a\n BREAK  b BREAKs')).toEqual([
      ['a', 1],
      ['BREAK', -1],
      ['b BREAKs', 1],
    ]);
  });

  test('joining back gives the text when there is nothing to read', () => {
    const text = 'plain: text, 3.5 | "x" {y}';
    expect(pieces(text)).toEqual([[text, 1]]);
  });

  test.each([
    ['(a:1.2.3)', 'bad-header'],
    [`(a:${'9'.repeat(400)})`, 'out-of-range'],
    [`${'('.repeat(9000)}a${')'.repeat(9000)}`, 'out-of-range'],
    [`${'(a'.repeat(30_000)}${')'.repeat(30_000)}`, 'too-large'],
  ])('refuses %.20s', (text, fault) => {
    expect(() => parseAttention(text)).toThrowError(expect.objectContaining({ code: 'format', fault }));
  });

  test('takes long runs of anything in linear time', () => {
    for (const part of ['(', '[', ')', ':', ' ', ': ', ':1', 'BREAK', ' BREAK ', '\\'])
      expect(() => parseAttention(part.repeat(50_000))).not.toThrowError(RangeError);
  });
});
