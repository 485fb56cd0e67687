import { expect, test } from 'vitest';
import { encodeUtf8 } from '../../bytes/index.ts';
import { concat, fromLatin1 } from './byte-reader.ts';
import { decodeUserComment, encodeUserComment } from './user-comment.ts';

test.each(['', 'a', '猫 😀', 'x'.repeat(20_000)])('comes back', (text) => {
  expect(decodeUserComment(encodeUserComment(text))).toBe(text);
});

test('reads the encodings that a comment can name', () => {
  expect(decodeUserComment(fromLatin1('ASCII\0\0\0plain'))).toBe('plain');
  expect(decodeUserComment(fromLatin1('JIS\0\0\0\0\0a\xb1'))).toBe('aｱ');
  expect(decodeUserComment(fromLatin1('UNICODE\0\0a\0b'))).toBe('ab');
});

test('reads as UTF-8 what names none, or does not decode', () => {
  expect(decodeUserComment(encodeUtf8('猫, no name'))).toBe('猫, no name');
  expect(decodeUserComment(fromLatin1('short'))).toBe('short');
  expect(decodeUserComment(fromLatin1('UNICODE\0odd'))).toBe('UNICODE\0odd');
  expect(decodeUserComment(concat([fromLatin1('UNICODE\0'), Uint8Array.of(0xd8, 0, 0, 0x41)]))).toBe('UNICODE\0\0\0A');
  expect(decodeUserComment(fromLatin1('\xff\xfeab'))).toBe('ab');
});
