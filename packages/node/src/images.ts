import { FormatError, type FormatFault } from '@graft/core/errors';
import {
  hasPngOpacities,
  imageType,
  readOrientation,
  readPngHeader,
  withoutGifTransparency,
  type ImageType,
} from '@graft/core/formats';
import {
  channel,
  decodeBmp,
  MAX_PIXELS,
  orient,
  picture,
  toRgb,
  type EncodeOptions,
  type ImageCodec,
  type ImageFormat,
  type Picture,
} from '@graft/core/image';
import sharp, { type Sharp } from 'sharp';

const QUALITY = 80;
/** Level 4 with row filters: 20 ms for 512 × 512, 2 % larger than level 6. */
const PNG_LEVEL = 4;

/** Picture files by libvips, in threads of its own. */
export function imageCodec(): ImageCodec {
  // Pictures come once; the cache would only hold their memory.
  sharp.cache(false);
  return { decode, encode };
}

async function decode(bytes: Uint8Array, name = 'picture'): Promise<Picture> {
  const type = imageType(bytes);
  if (type === undefined) {
    throw new FormatError('unsupported', name, 'is no picture that Graft reads', {
      hint: 'Graft reads PNG, JPEG, WebP, GIF, AVIF and BMP.',
    });
  }
  if (type === 'bmp') return decodeBmp(bytes, name);
  const stored = await decodeStored(type === 'gif' ? withoutGifTransparency(bytes, name) : bytes, name);
  return orient(
    stored.picture.channels === 4 && keepsOpacity(type, bytes, name) ? stored.picture : opaque(stored),
    readOrientation(bytes, name),
  );
}

/** A1111 drops a single transparent color, and the opacity of 8-bit grey. */
function keepsOpacity(type: ImageType, bytes: Uint8Array, name: string): boolean {
  if (type !== 'png') return type !== 'gif';
  const { depth, colorType } = readPngHeader(bytes, name);
  if (colorType === 3) return hasPngOpacities(bytes, name);
  return colorType === 6 || (colorType === 4 && depth === 16);
}

/** A picture as the decoder gives it: grey comes as three equal channels. */
interface Stored {
  readonly picture: Picture;
  readonly gray: boolean;
}

function opaque({ picture: source, gray }: Stored): Picture {
  return gray ? channel(source, 0) : toRgb(source);
}

async function decodeStored(bytes: Uint8Array, name: string): Promise<Stored> {
  try {
    const image = sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error', ignoreIcc: true });
    const { space } = await image.metadata();
    if (space === 'cmyk') image.pipelineColourspace('cmyk').toColourspace('cmyk');
    const { data, info } = await image.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    const { width, height } = info;
    if (space === 'cmyk') return { picture: fromCmyk({ width, height }, data), gray: false };
    if (info.channels !== 3 && info.channels !== 4)
      throw new FormatError('unsupported', name, `has ${info.channels} channels`);
    return {
      picture: picture({ width, height, channels: info.channels }, plain(data)),
      gray: space === 'b-w' || space === 'grey16',
    };
  } catch (error) {
    if (error instanceof FormatError) throw error;
    const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new FormatError(faultOf(message), name, `cannot be decoded: ${message.trim()}`, { cause: error });
  }
}

function faultOf(message: string): FormatFault {
  if (/pixel limit|maximum supported/i.test(message)) return 'too-large';
  if (/premature|truncated|end of/i.test(message)) return 'truncated';
  return /unsupported/i.test(message) ? 'unsupported' : 'bad-header';
}

/** Ink to light without a profile, in Pillow's fixed point. */
function fromCmyk({ width, height }: { readonly width: number; readonly height: number }, inks: Uint8Array): Picture {
  const out = picture({ width, height, channels: 3 });
  for (let i = 0, at = 0; i < out.data.length; i += 3, at += 4) {
    const white = 255 - inks[at + 3]!;
    for (let c = 0; c < 3; c++) {
      const t = inks[at + c]! * white + 128;
      out.data[i + c] = white - (((t >> 8) + t) >> 8);
    }
  }
  return out;
}

async function encode(source: Picture, format: ImageFormat, options: EncodeOptions = {}): Promise<Uint8Array> {
  const { quality = QUALITY, lossless = false } = options;
  const { width, height, channels, data } = format === 'jpeg' && source.channels === 4 ? toRgb(source) : source;
  const image = sharp(data, { raw: { width, height, channels }, limitInputPixels: false });
  if (channels === 1) image.toColourspace('b-w');
  return plain(await encoder(image, format, { quality, lossless }).toBuffer());
}

function encoder(image: Sharp, format: ImageFormat, { quality, lossless }: Required<EncodeOptions>): Sharp {
  switch (format) {
    case 'png':
      return image.png({ compressionLevel: PNG_LEVEL, adaptiveFiltering: true });
    case 'jpeg':
      return image.jpeg({ quality });
    case 'webp':
      return image.webp({ quality, lossless });
  }
}

/** The bytes without the methods of Node's buffers, of which slice shares memory. */
function plain(bytes: Buffer): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
