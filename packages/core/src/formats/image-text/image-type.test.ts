import { expect, test } from 'vitest';
import { fromLatin1 } from './byte-reader.ts';
import { imageType } from './image-type.ts';

test.each([
  ['\x89PNG\r\n\x1a\n', 'png'],
  ['\xff\xd8\xff\xe0', 'jpeg'],
  ['RIFF\0\0\0\0WEBP', 'webp'],
  ['XXXX\0\0\0\0WEBP', undefined],
  ['GIF89a', 'gif'],
  ['\0\0\0\x1cftypavif', 'avif'],
  ['BM', 'bmp'],
  ['\x89PN', undefined],
  ['', undefined],
])('%j is %s', (start, expected) => {
  expect(imageType(fromLatin1(start))).toBe(expected);
});
