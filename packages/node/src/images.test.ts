import { crc32, deflateSync } from 'node:zlib';
import { readImageText, writeImageText } from '@graft/core/formats';
import { picture, toRgb, type Picture } from '@graft/core/image';
import { describe, expect, test } from 'vitest';
import { imageCodec } from './images.ts';

const codec = imageCodec();

function noise(channels: 1 | 3 | 4): Picture {
  const data = Uint8Array.from({ length: 24 * 20 * channels }, (_, i) => (i * 73 + (i >> 4)) % 256);
  return picture({ width: 24, height: 20, channels }, data);
}

describe('without loss', () => {
  test.each([1, 3, 4] as const)('PNG gives back %d channels', async (channels) => {
    expect(await codec.decode(await codec.encode(noise(channels), 'png'))).toEqual(noise(channels));
  });
  test('WebP gives back colours and opacity', async () => {
    expect(await codec.decode(await codec.encode(noise(3), 'webp', { lossless: true }))).toEqual(noise(3));
  });
});

test('lossy formats come near, and better quality nearer', async () => {
  const smooth = picture(
    { width: 32, height: 32, channels: 3 },
    Uint8Array.from({ length: 3072 }, (_, i) => Math.floor(i / 96) * 4 + (i % 3) * 40),
  );
  const error = async (format: 'jpeg' | 'webp', quality: number): Promise<number> => {
    const { data } = await codec.decode(await codec.encode(smooth, format, { quality }));
    return data.reduce((sum, v, i) => sum + Math.abs(v - smooth.data[i]!), 0) / data.length;
  };
  for (const format of ['jpeg', 'webp'] as const) {
    expect(await error(format, 95)).toBeLessThan(2);
    expect(await error(format, 95)).toBeLessThanOrEqual(await error(format, 10));
  }
});

/** A PNG of two palette colors, red and blue, side by side. */
function paletteFile(opacities: readonly number[]): Buffer {
  const chunk = (type: string, data: Uint8Array): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const [size, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    size.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([size, body, sum]);
  };
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', Uint8Array.of(0, 0, 0, 2, 0, 0, 0, 1, 8, 3, 0, 0, 0)),
    chunk('PLTE', Uint8Array.of(255, 0, 0, 0, 0, 255)),
    chunk('tRNS', Uint8Array.from(opacities)),
    chunk('IDAT', deflateSync(Uint8Array.of(0, 0, 1))),
    chunk('IEND', new Uint8Array()),
  ]);
}

test('one invisible color of a palette stays a color, a table of opacities does not', async () => {
  expect([...(await codec.decode(paletteFile([0]))).data]).toEqual([255, 0, 0, 0, 0, 255]);
  expect([...(await codec.decode(paletteFile([0, 128]))).data]).toEqual([255, 0, 0, 0, 0, 0, 255, 128]);
});

test('JPEG drops opacity', async () => {
  const decoded = await codec.decode(await codec.encode(noise(4), 'jpeg'));
  expect(decoded.channels).toBe(3);
});

test.each(['png', 'jpeg', 'webp'] as const)('text in %s leaves the pixels alone', async (format) => {
  const plain = await codec.encode(toRgb(noise(3)), format);
  const written = writeImageText(plain, { infotext: 'a 猫' });
  expect(readImageText(written).infotext).toBe('a 猫');
  expect(await codec.decode(written)).toEqual(await codec.decode(plain));
});

test.each([
  ['unsupported', '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'],
  ['unsupported', '<html></html>'],
  ['unsupported', ''],
  ['bad-header', '\x89PNG\r\n\x1a\n'],
  ['bad-header', '\xff\xd8\xff\xd9'],
])('refuses what is %s', async (fault, bytes) => {
  await expect(codec.decode(Buffer.from(bytes, 'latin1'), 'x.png')).rejects.toThrowError(
    expect.objectContaining({ code: 'format', fault, source: 'x.png' }),
  );
});

test('refuses a picture of too many pixels before it takes their memory', async () => {
  const bytes = Buffer.from(await codec.encode(noise(3), 'png'));
  bytes.writeUInt32BE(30_000, 16);
  bytes.writeUInt32BE(30_000, 20);
  await expect(codec.decode(bytes)).rejects.toThrowError(expect.objectContaining({ code: 'format' }));
});
