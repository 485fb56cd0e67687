import { describe, expect, test } from 'vitest';
import { isUnicode, printable, quoted } from './printable.ts';

describe('printable', () => {
  test.each([
    ['plain é 日本 😀', 'plain é 日本 😀'],
    ['\x1b[2J\r\n', String.raw`\x1b[2J\x0d\x0a`],
    ['a\u202eb\u200b', String.raw`a\u202eb\u200b`],
    ['\x9b\ud800\u2028', String.raw`\x9b\ud800\u2028`],
  ])('%j', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });
});

test('quoted cuts long names', () => {
  expect(quoted('x'.repeat(100_000)).length).toBeLessThan(200);
});

test('isUnicode', () => {
  expect([isUnicode('😀'), isUnicode('\ud83d'), isUnicode('\ude00x')]).toEqual([true, false, false]);
});
