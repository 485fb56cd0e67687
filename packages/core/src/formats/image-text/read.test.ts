import { describe, expect, test } from 'vitest';
import { zlibSync } from 'fflate';
import { encodeUtf8 } from '../../bytes/index.ts';
import { concat, fromLatin1 } from './byte-reader.ts';
import { encodeExif } from './exif.ts';
import { encodePngChunk } from './png-chunks.ts';
import { readImageText, readOrientation } from './read.ts';
import { writeImageText } from './write.ts';

const SIGNATURE = fromLatin1('\x89PNG\r\n\x1a\n');
const HEADER = encodePngChunk('IHDR', Uint8Array.of(0, 0, 0, 4, 0, 0, 0, 3, 8, 2, 0, 0, 0));
const END = encodePngChunk('IEND', new Uint8Array());

function png(...chunks: Uint8Array[]): Uint8Array {
  return concat([SIGNATURE, HEADER, ...chunks, encodePngChunk('IDAT', new Uint8Array(9)), END]);
}

function text(key: string, value: string): Uint8Array {
  return encodePngChunk('tEXt', fromLatin1(`${key}\0${value}`));
}

function jpeg(...segments: (readonly [number, Uint8Array])[]): Uint8Array {
  const parts = segments.map(([marker, data]) =>
    concat([Uint8Array.of(0xff, marker, (data.length + 2) >> 8, (data.length + 2) & 0xff), data]),
  );
  return concat([Uint8Array.of(0xff, 0xd8), ...parts, Uint8Array.of(0xff, 0xda, 0, 2, 1, 2, 3, 0xff, 0xd9)]);
}

/** A file of one VP8L frame of 5 × 4 pixels with opacity. */
function webp(): Uint8Array {
  const bits = 4 | (3 << 14) | (1 << 28);
  const frame = Uint8Array.of(0x2f, bits & 0xff, (bits >> 8) & 0xff, (bits >> 16) & 0xff, bits >>> 24, 7, 7);
  const size = 4 + 8 + 8;
  return concat([
    fromLatin1('RIFF'),
    Uint8Array.of(size, 0, 0, 0),
    fromLatin1('WEBPVP8L'),
    Uint8Array.of(7, 0, 0, 0),
    frame,
    Uint8Array.of(0),
  ]);
}

const FILES = [
  ['PNG', png()],
  ['JPEG', jpeg([0xe0, fromLatin1('JFIF\0')], [0xdb, new Uint8Array(4)])],
  ['WebP', webp()],
] as const;

describe.each(FILES)('%s', (_, file) => {
  test.each([
    'a cat\nNegative prompt: b\nSteps: 1, Sampler: Euler, Seed: 6687881544318117707',
    '日本語, “猫” 😀\r\n\ttab',
    'café',
    `long ${'words '.repeat(4000)}`,
  ])('gives back what was written', (infotext) => {
    const written = writeImageText(file, { infotext });
    expect(readImageText(written).infotext).toBe(infotext);
    const twice = writeImageText(written, { infotext: 'other' });
    expect(readImageText(twice).infotext).toBe('other');
    expect(twice.length).toBeLessThan(file.length + 120);
  });
  test('holds none to begin with', () => {
    expect(readImageText(file)).toEqual({ infotext: undefined, fields: new Map() });
    expect(readOrientation(file, 'x')).toBe(1);
  });
  test('fails as a format wherever it is cut', () => {
    const whole = writeImageText(file, { infotext: 'some words' });
    for (let size = 0; size < whole.length; size++) {
      try {
        readImageText(whole.slice(0, size));
      } catch (error) {
        expect(error).toMatchObject({ code: 'format' });
      }
    }
  });
});

describe('PNG', () => {
  test('reads every kind of text, the last of a name, and none by the prototype', () => {
    const file = png(
      text('a', '1'),
      text('a', '2'),
      text('__proto__', 'x'),
      encodePngChunk('zTXt', concat([fromLatin1('z\0\0'), zlibSync(fromLatin1('caf\xe9'))])),
      encodePngChunk('iTXt', concat([fromLatin1('i\0\x01\0en\0k\0'), zlibSync(encodeUtf8('猫'))])),
    );
    expect([...readImageText(file).fields]).toEqual([
      ['a', '2'],
      ['__proto__', 'x'],
      ['z', 'café'],
      ['i', '猫'],
    ]);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });
  test('passes over texts that are broken', () => {
    const file = png(
      encodePngChunk('tEXt', fromLatin1('\0no key')),
      encodePngChunk('zTXt', fromLatin1('z\0\0nonsense')),
      encodePngChunk('zTXt', fromLatin1('m\0\x07method')),
      encodePngChunk('iTXt', fromLatin1('i\0\0\0\0')),
      encodePngChunk('iTXt', fromLatin1('u\0\0\0\0\0\xff\xfe')),
    );
    expect([...readImageText(file).fields]).toEqual([
      ['z', ''],
      ['m', ''],
    ]);
  });
  test('refuses a compressed text that is too long', () => {
    const bomb = encodePngChunk('zTXt', concat([fromLatin1('z\0\0'), zlibSync(new Uint8Array(9 << 20))]));
    expect(() => readImageText(png(bomb))).toThrowError(
      expect.objectContaining({ code: 'format', fault: 'too-large' }),
    );
  });
  test('an EXIF comment wins over the text', () => {
    const file = png(text('parameters', 'text'), encodePngChunk('eXIf', encodeExif('exif')));
    expect(readImageText(file)).toEqual({ infotext: 'exif', fields: new Map() });
  });
  test('an empty EXIF comment does not', () => {
    expect(readImageText(png(text('parameters', 'text'), encodePngChunk('eXIf', encodeExif('')))).infotext).toBe(
      'text',
    );
  });
});

describe('NovelAI', () => {
  const comment = '{"steps": 28, "sampler": "k_x", "seed": 18446744073709551615, "scale": 11.0, "uc": "bad"}';
  const fields = (value: string): Uint8Array[] => [
    text('Software', 'NovelAI'),
    text('Description', '1girl'),
    text('Comment', value),
  ];
  const samplerName = (alias: string): string | undefined => (alias === 'k_x' ? 'X' : undefined);
  test('fields become an infotext, digit by digit', () => {
    const { infotext } = readImageText(png(...fields(comment)), { samplerName });
    expect(infotext).toBe(
      '1girl\nNegative prompt: bad\nSteps: 28, Sampler: X, CFG scale: 11.0, Seed: 18446744073709551615, Size: 4x3, Clip skip: 2, ENSD: 31337',
    );
  });
  test('an unknown sampler is Euler a', () => {
    expect(readImageText(png(...fields(comment))).infotext).toContain('Sampler: Euler a,');
  });
  test.each(['{broken', '[]', '{"steps": 1}', ''])('%j says nothing', (value) => {
    expect(readImageText(png(...fields(value), text('parameters', 'own'))).infotext).toBe('own');
  });
});

describe('JPEG', () => {
  test('a comment segment counts without EXIF data only', () => {
    const comment = [0xfe, fromLatin1('plain')] as const;
    expect(readImageText(jpeg(comment)).infotext).toBe('plain');
    const exif = [0xe1, concat([fromLatin1('Exif\0\0'), encodeExif('')])] as const;
    expect(readImageText(jpeg(comment, exif)).infotext).toBeUndefined();
  });
  test('has no room for a very long text', () => {
    expect(() => writeImageText(jpeg(), { infotext: 'x'.repeat(40_000) })).toThrowError(
      expect.objectContaining({ fault: 'too-large' }),
    );
  });
});

test.each([new Uint8Array(), fromLatin1('<svg/>'), fromLatin1('RIFF\0\0\0\0WAVE')])('refuses other files', (bytes) => {
  expect(() => readImageText(bytes)).toThrowError(expect.objectContaining({ fault: 'unsupported' }));
  expect(() => writeImageText(bytes, { infotext: 'x' })).toThrowError(
    expect.objectContaining({ fault: 'unsupported' }),
  );
});
