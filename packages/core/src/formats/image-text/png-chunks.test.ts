import { describe, expect, test } from 'vitest';
import { concat, fromLatin1 } from './byte-reader.ts';
import { encodePngChunk, hasPngOpacities, pngChunks, readPngHeader } from './png-chunks.ts';

const SIGNATURE = fromLatin1('\x89PNG\r\n\x1a\n');
const HEADER = encodePngChunk('IHDR', Uint8Array.of(0, 0, 1, 0, 0, 0, 0, 9, 16, 4, 0, 0, 0));

test('the end chunk has its well-known bytes', () => {
  expect([...encodePngChunk('IEND', new Uint8Array())]).toEqual([
    0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
  ]);
});

describe('pngChunks', () => {
  test('gives every chunk up to the end, and nothing behind it', () => {
    const file = concat([
      SIGNATURE,
      HEADER,
      encodePngChunk('teSt', Uint8Array.of(5)),
      encodePngChunk('IEND', new Uint8Array()),
      SIGNATURE,
    ]);
    expect([...pngChunks(file, 'x')].map(({ type, data, at }) => [type, data.length, at])).toEqual([
      ['IHDR', 13, 8],
      ['teSt', 1, 33],
      ['IEND', 0, 46],
    ]);
  });
  test.each([
    ['truncated', concat([SIGNATURE, HEADER, Uint8Array.of(0x80, 0, 0, 0), fromLatin1('teSt')])],
    ['truncated', concat([SIGNATURE, Uint8Array.of(0, 0)])],
    ['bad-header', concat([SIGNATURE, encodePngChunk('IDAT', new Uint8Array())])],
  ])('refuses a %s file', (fault, bytes) => {
    expect(() => [...pngChunks(bytes, 'x')]).toThrowError(expect.objectContaining({ code: 'format', fault }));
  });
});

test('the header is read', () => {
  expect(readPngHeader(concat([SIGNATURE, HEADER]), 'x')).toEqual({ width: 256, height: 9, depth: 16, colorType: 4 });
  expect(() => readPngHeader(SIGNATURE, 'x')).toThrowError(expect.objectContaining({ fault: 'truncated' }));
});

// Of the tables Pillow takes those with a single 0 and nothing else but 255 for the number of a color.
test.each<[readonly number[] | undefined, boolean]>([
  [undefined, false],
  [[0], false],
  [[255, 0, 255], false],
  [[0, 0], true],
  [[255, 128], true],
  [[255, 255], true],
])('a palette with the opacities %j has a table: %s', (table, expected) => {
  const chunks = table === undefined ? [] : [encodePngChunk('tRNS', Uint8Array.from(table))];
  expect(hasPngOpacities(concat([SIGNATURE, HEADER, ...chunks]), 'x')).toBe(expected);
});
