import { FormatError } from '../errors/index.ts';
import { MAX_PIXELS } from './codec.ts';
import { picture, type Picture } from './picture.ts';

/** Smallest and largest information header: Windows 3 to Windows 98. */
const HEADERS = new Set([40, 52, 56, 108, 124]);
const RGB = 0;
const BIT_FIELDS = 3;

/**
 * Reads an uncompressed Windows bitmap of 1, 4, 8, 24 or 32 bits. → grey when the palette is grey, else RGB; RGBA when a
 * 32-bit file declares opacity. Throws FormatError.
 */
export function decodeBmp(bytes: Uint8Array, name: string): Picture {
  const header = readHeader(bytes, name);
  const { width, height, bits, topDown, pixels } = header;
  const pitch = Math.ceil((width * bits) / 32) * 4;
  if (pixels + pitch * height > bytes.length)
    throw new FormatError('truncated', name, `has ${bytes.length} bytes of a ${width}×${height} bitmap`);
  const palette = bits <= 8 ? readPalette(bytes, header, name) : undefined;
  const gray = palette?.every(([r, g, b]) => r === g && g === b) ?? false;
  const channels = gray ? 1 : header.opacity ? 4 : 3;
  const out = picture({ width, height, channels });
  for (let y = 0; y < height; y++) {
    const row = pixels + (topDown ? y : height - 1 - y) * pitch;
    for (let x = 0; x < width; x++) {
      const to = (y * width + x) * channels;
      if (palette) {
        const bit = x * bits;
        const index = (bytes[row + (bit >> 3)]! >> (8 - bits - (bit & 7))) & ((1 << bits) - 1);
        const color = palette[index];
        if (!color) throw new FormatError('out-of-range', name, `names color ${index} of ${palette.length}`);
        for (let c = 0; c < channels; c++) out.data[to + c] = color[c]!;
      } else {
        const from = row + x * (bits / 8);
        for (let c = 0; c < 3; c++) out.data[to + c] = bytes[from + 2 - c]!;
        if (channels === 4) out.data[to + 3] = bytes[from + 3]!;
      }
    }
  }
  return out;
}

interface Header {
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  readonly topDown: boolean;
  readonly opacity: boolean;
  /** Palette entries. */
  readonly colors: number;
  /** Offsets of palette and pixels. */
  readonly table: number;
  readonly pixels: number;
}

function readHeader(bytes: Uint8Array, name: string): Header {
  if (bytes.length < 54) throw new FormatError('truncated', name, 'ends within its header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = view.getUint32(14, true);
  const width = view.getInt32(18, true);
  const rows = view.getInt32(22, true);
  const height = Math.abs(rows);
  const bits = view.getUint16(28, true);
  const compression = view.getUint32(30, true);
  if (!HEADERS.has(size)) throw new FormatError('unsupported', name, `has a bitmap header of ${size} bytes`);
  if (width < 1 || height < 1) throw new FormatError('bad-header', name, `claims ${width}×${rows} pixels`);
  if (width * height > MAX_PIXELS)
    throw new FormatError('too-large', name, `claims ${width}×${height} pixels, over the limit of ${MAX_PIXELS}`);
  if (![1, 4, 8, 24, 32].includes(bits)) throw new FormatError('unsupported', name, `has ${bits} bits a pixel`);
  const fields = compression === BIT_FIELDS && bits === 32;
  if (compression !== RGB && !fields) throw new FormatError('unsupported', name, 'is a compressed bitmap');
  const masks = fields ? readMasks(view, size, name) : undefined;
  const table = 14 + size + (fields && size === 40 ? 12 : 0);
  const used = view.getUint32(46, true);
  return {
    width,
    height,
    bits,
    topDown: rows < 0,
    opacity: masks !== undefined && masks.alpha !== 0,
    colors: bits > 8 ? 0 : used > 0 && used < 1 << bits ? used : 1 << bits,
    table,
    pixels: view.getUint32(10, true),
  };
}

function readMasks(view: DataView, size: number, name: string): { readonly alpha: number } {
  if (view.byteLength < 70) throw new FormatError('truncated', name, 'ends within its header');
  const [red, green, blue] = [54, 58, 62].map((at) => view.getUint32(at, true));
  if (red !== 0xff0000 || green !== 0xff00 || blue !== 0xff)
    throw new FormatError('unsupported', name, 'has colors in an unusual bit order');
  const alpha = size >= 56 ? view.getUint32(66, true) : 0;
  if (alpha !== 0 && alpha !== 0xff000000)
    throw new FormatError('unsupported', name, 'has colors in an unusual bit order');
  return { alpha };
}

function readPalette(bytes: Uint8Array, { table, colors }: Header, name: string): readonly (readonly number[])[] {
  if (table + colors * 4 > bytes.length) throw new FormatError('truncated', name, 'ends within its palette');
  return Array.from({ length: colors }, (_, i) => {
    const at = table + i * 4;
    return [bytes[at + 2]!, bytes[at + 1]!, bytes[at]!];
  });
}
