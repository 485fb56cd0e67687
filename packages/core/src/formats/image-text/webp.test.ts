import { expect, test } from 'vitest';
import { concat, fromLatin1 } from './byte-reader.ts';
import { readWebpExif, writeWebpExif } from './webp.ts';

function riff(...chunks: (readonly [string, Uint8Array])[]): Uint8Array {
  const body = concat(
    chunks.map(([type, data]) => {
      const out = new Uint8Array(8 + data.length + (data.length % 2));
      out.set(fromLatin1(type));
      out[4] = data.length;
      out.set(data, 8);
      return out;
    }),
  );
  return concat([fromLatin1('RIFF'), Uint8Array.of(body.length + 4, 0, 0, 0), fromLatin1('WEBP'), body]);
}

const EXIF = Uint8Array.of(1, 2, 3);

test('a lossy frame becomes an extended file of its size', () => {
  // 300 × 2 pixels after the three bytes of the frame tag and the start code.
  const frame = Uint8Array.of(0, 0, 0, 0x9d, 1, 0x2a, 300 & 0xff, 300 >> 8, 2, 0);
  const file = writeWebpExif(riff(['VP8 ', frame]), EXIF, 'x');
  expect([...file.subarray(12, 30)]).toEqual([...fromLatin1('VP8X'), 10, 0, 0, 0, 0x08, 0, 0, 0, 43, 1, 0, 1, 0, 0]);
  expect(readWebpExif(file, 'x')).toEqual(EXIF);
});

test('an extended file keeps its flags', () => {
  const header = Uint8Array.of(0x12, 0, 0, 0, 9, 0, 0, 9, 0, 0);
  const file = writeWebpExif(riff(['VP8X', header], ['ANIM', new Uint8Array(6)]), EXIF, 'x');
  expect(file[20]).toBe(0x1a);
  expect(new DataView(file.buffer).getUint32(4, true)).toBe(file.length - 8);
});

test.each([riff(), riff(['JUNK', EXIF])])('refuses a file without a picture', (file) => {
  expect(() => writeWebpExif(file, EXIF, 'x')).toThrowError(expect.objectContaining({ code: 'format' }));
});
