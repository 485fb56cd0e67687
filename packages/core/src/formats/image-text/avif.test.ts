import { describe, expect, test } from 'vitest';
import { readAvifExif } from './avif.ts';
import { concat, fromLatin1 } from './byte-reader.ts';

function u32(v: number): Uint8Array {
  return Uint8Array.of(v >>> 24, (v >> 16) & 0xff, (v >> 8) & 0xff, v & 0xff);
}

function box(type: string, ...parts: Uint8Array[]): Uint8Array {
  const body = concat(parts);
  return concat([u32(body.length + 8), fromLatin1(type), body]);
}

/** A file whose item 2 is EXIF data at [at, at + size). */
function avif(at: number, size: number, extents = 1): Uint8Array {
  const infe = (id: number, type: string): Uint8Array =>
    box('infe', Uint8Array.of(2, 0, 0, 0, 0, id, 0, 0), fromLatin1(type), Uint8Array.of(0));
  const extent = concat([u32(at), u32(size)]);
  const iloc = box(
    'iloc',
    Uint8Array.of(0, 0, 0, 0, 0x44, 0x00, 0, 1),
    Uint8Array.of(0, 2, 0, 0, 0, extents),
    ...Array.from({ length: extents }, () => extent),
  );
  const iinf = box('iinf', Uint8Array.of(0, 0, 0, 0, 0, 2), infe(1, 'av01'), infe(2, 'Exif'));
  const data = concat([u32(0), fromLatin1('MM\0*payload')]);
  return concat([box('ftyp', fromLatin1('avif')), box('mdat', data), box('meta', new Uint8Array(4), iinf, iloc)]);
}

describe('readAvifExif', () => {
  test('finds the item by its type and takes off its offset', () => {
    expect(readAvifExif(avif(20, 15), 'x')).toEqual(fromLatin1('MM\0*payload'));
  });
  test('says nothing where there is none', () => {
    expect(readAvifExif(box('ftyp', fromLatin1('avif')), 'x')).toBeUndefined();
    expect(readAvifExif(avif(20, 3), 'x')).toBeUndefined();
  });
  test.each([
    ['truncated', avif(10_000, 10)],
    ['overlapping', avif(0, 60, 200)],
  ])('refuses places that are %s', (fault, bytes) => {
    expect(() => readAvifExif(bytes, 'x')).toThrowError(expect.objectContaining({ code: 'format', fault }));
  });
});
