import { describe, expect, test } from 'vitest';
import { decodeBmp } from './bmp.ts';

interface Made {
  readonly width?: number;
  readonly height?: number;
  readonly bits?: number;
  readonly compression?: number;
  readonly palette?: readonly number[];
  readonly pixels: readonly number[];
}

function bmp({ width = 2, height = 2, bits = 24, compression = 0, palette = [], pixels }: Made): Uint8Array {
  const out = new Uint8Array(54 + palette.length + pixels.length);
  const view = new DataView(out.buffer);
  out.set([0x42, 0x4d]);
  view.setUint32(10, 54 + palette.length, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, width, true);
  view.setInt32(22, height, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, bits, true);
  view.setUint32(30, compression, true);
  view.setUint32(46, palette.length / 4, true);
  out.set(palette, 54);
  out.set(pixels, 54 + palette.length);
  return out;
}

describe('decodeBmp', () => {
  const rows = [1, 2, 3, 4, 5, 6, 0, 0, 7, 8, 9, 10, 11, 12, 0, 0];
  test('reads rows from the bottom, blue first, padded to four bytes', () => {
    expect([...decodeBmp(bmp({ pixels: rows }), 'a').data]).toEqual([9, 8, 7, 12, 11, 10, 3, 2, 1, 6, 5, 4]);
  });
  test('a negative height means from the top', () => {
    expect([...decodeBmp(bmp({ height: -2, pixels: rows }), 'a').data.subarray(0, 3)]).toEqual([3, 2, 1]);
  });
  test('a grey palette gives grey, others colour', () => {
    const pixels = [0b10000000, 0, 0, 0];
    const grey = decodeBmp(bmp({ height: 1, bits: 1, palette: [0, 0, 0, 0, 200, 200, 200, 0], pixels }), 'a');
    expect([grey.channels, ...grey.data]).toEqual([1, 200, 0]);
    const color = decodeBmp(bmp({ height: 1, bits: 1, palette: [0, 0, 0, 0, 1, 2, 3, 0], pixels }), 'a');
    expect([color.channels, ...color.data]).toEqual([3, 3, 2, 1, 0, 0, 0]);
  });
  test('32 bits without a mask have no opacity', () => {
    const pixels = [1, 2, 3, 0, 4, 5, 6, 9];
    expect([...decodeBmp(bmp({ height: 1, bits: 32, pixels }), 'a').data]).toEqual([3, 2, 1, 6, 5, 4]);
  });
  test.each([
    ['truncated', new Uint8Array(20)],
    ['truncated', bmp({ pixels: [1, 2, 3] })],
    ['too-large', bmp({ width: 0x7fffffff, height: 0x7fffffff, pixels: [] })],
    ['bad-header', bmp({ width: 0, pixels: [] })],
    ['bad-header', bmp({ width: -5, pixels: [] })],
    ['unsupported', bmp({ bits: 7, pixels: [] })],
    ['unsupported', bmp({ compression: 1, bits: 8, pixels: [] })],
    ['truncated', bmp({ bits: 8, pixels: [0, 0, 0, 0, 0, 0, 0, 0] })],
    ['out-of-range', bmp({ height: 1, bits: 8, palette: [0, 0, 0, 0], pixels: [9, 0, 0, 0] })],
  ])('refuses a %s file', (fault, bytes) => {
    expect(() => decodeBmp(bytes, 'x.bmp')).toThrowError(
      expect.objectContaining({ code: 'format', fault, source: 'x.bmp' }),
    );
  });
});
