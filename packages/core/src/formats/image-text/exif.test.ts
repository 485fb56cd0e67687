import { describe, expect, test } from 'vitest';
import { concat, fromLatin1 } from './byte-reader.ts';
import { encodeExif, readExif } from './exif.ts';

type Entry = readonly [tag: number, type: number, count: number, value: number];

/** A directory at offset 8, either byte order. */
function tiff(little: boolean, entries: readonly Entry[], tail: Uint8Array = new Uint8Array()): Uint8Array {
  const out = new Uint8Array(10 + entries.length * 12 + 4);
  const view = new DataView(out.buffer);
  out.set(fromLatin1(little ? 'II*\0' : 'MM\0*'));
  view.setUint32(4, 8, little);
  view.setUint16(8, entries.length, little);
  for (const [i, [tag, type, count, value]] of entries.entries()) {
    const at = 10 + i * 12;
    view.setUint16(at, tag, little);
    view.setUint16(at + 2, type, little);
    view.setUint32(at + 4, count, little);
    if (type === 3) view.setUint16(at + 8, value, little);
    else view.setUint32(at + 8, value, little);
  }
  return concat([out, tail]);
}

const NOTHING = { orientation: 1, comment: undefined };

describe('readExif', () => {
  test.each([true, false])('reads the orientation (little endian: %s)', (little) => {
    expect(readExif(tiff(little, [[0x0112, 3, 1, 6]]))).toEqual({ orientation: 6, comment: undefined });
  });
  test('the prefix of JPEG segments makes no difference', () => {
    expect(readExif(concat([fromLatin1('Exif\0\0'), encodeExif('x')])).comment).toBe('x');
    expect(readExif(encodeExif('x')).comment).toBe('x');
  });
  test.each([
    ['nothing', new Uint8Array()],
    ['no byte order', fromLatin1('XX*\0\0\0\0\x08')],
    ['an offset past the end', tiff(true, []).fill(0xff, 4, 8)],
    ['a directory that points at itself', tiff(true, [[0x8769, 4, 1, 8]])],
    ['a directory past the end', tiff(true, [[0x8769, 4, 1, 0xffffffff]])],
    ['a huge count', tiff(true, [[0x9286, 7, 0xffffffff, 0]])],
    ['an unknown type', tiff(true, [[0x0112, 0, 1, 6]])],
    ['more entries than there is room for', tiff(true, []).fill(0xff, 8, 10)],
  ])('%s reads as no data', (_, bytes) => {
    expect(readExif(bytes)).toEqual(NOTHING);
  });
  test('damage in one part leaves the other', () => {
    const bytes = tiff(false, [
      [0x0112, 3, 1, 3],
      [0x8769, 4, 1, 9999],
    ]);
    expect(readExif(bytes)).toEqual({ orientation: 3, comment: undefined });
  });
});
