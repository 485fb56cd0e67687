import { expect, test } from 'vitest';
import { decodeBase64 } from './base64.ts';
import { encodeUtf8 } from './utf8.ts';

// RFC 4648, 10.
test.each([
  ['', ''],
  ['Zg==', 'f'],
  ['Zm8=', 'fo'],
  ['Zm9v', 'foo'],
  ['Zm9vYg==', 'foob'],
  ['Zm9v\nYmE=\n', 'fooba'],
  ['Zm9vYmFy', 'foobar'],
  ['Zm9vYg', 'foob'],
])('%j', (text, expected) => {
  expect(decodeBase64(text)).toEqual(encodeUtf8(expected));
});

test('all bytes', () => {
  expect(decodeBase64('AP+AfwE=')).toEqual(Uint8Array.of(0, 255, 128, 127, 1));
});

test('a lone letter is no byte', () => {
  expect(decodeBase64('Zm9vY')).toBeUndefined();
});
