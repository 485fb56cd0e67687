import { expect, test } from 'vitest';
import { concat, fromLatin1 } from './byte-reader.ts';
import { readGifComment, withoutGifTransparency } from './gif.ts';

const HEADER = concat([fromLatin1('GIF89a'), Uint8Array.of(1, 0, 1, 0, 0x80, 0, 0), new Uint8Array(6)]);
const CONTROL = Uint8Array.of(0x21, 0xf9, 4, 0x05, 0, 0, 7, 0);
const IMAGE = Uint8Array.of(0x2c, 0, 0, 0, 0);

function comment(...blocks: string[]): Uint8Array {
  const body = blocks.map((block) => concat([Uint8Array.of(block.length), fromLatin1(block)]));
  return concat([Uint8Array.of(0x21, 0xfe), ...body, Uint8Array.of(0)]);
}

test('comments before the first frame are joined', () => {
  const file = concat([HEADER, comment('ab', 'c'), CONTROL, comment('d'), IMAGE, comment('late')]);
  expect(readGifComment(file, 'x')).toEqual(fromLatin1('abc\nd'));
  expect(readGifComment(concat([HEADER, IMAGE]), 'x')).toBeUndefined();
});

test('the transparent colour becomes an ordinary one, and nothing else changes', () => {
  const file = concat([HEADER, CONTROL, IMAGE]);
  const changed = withoutGifTransparency(file, 'x');
  expect([...changed.keys()].filter((i) => changed[i] !== file[i])).toEqual([HEADER.length + 3]);
  expect(changed[HEADER.length + 3]).toBe(0x04);
});

test('a block past the end is refused', () => {
  const cut = concat([HEADER, Uint8Array.of(0x21, 0xfe, 200, 1)]);
  expect(() => readGifComment(cut, 'x')).toThrowError(expect.objectContaining({ fault: 'truncated' }));
});
