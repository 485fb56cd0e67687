import { describe, expect, test } from 'vitest';
import { seeded } from '../testing/vitest/random.ts';
import { decodeUtf8, encodeUtf8 } from './utf8.ts';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const strict = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });

function strictly(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Bytes at the borders of what UTF-8 allows. */
const TELLING = [
  0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xff,
];

describe('decodeUtf8 is what the Encoding standard says', () => {
  test('for every pair and triple of telling bytes', () => {
    for (const a of TELLING)
      for (const b of TELLING)
        for (const c of TELLING) {
          const bytes = Uint8Array.of(a, b, c);
          expect(decodeUtf8(bytes), bytes.join()).toBe(decoder.decode(bytes));
          expect(decodeUtf8(bytes, { fatal: true }), bytes.join()).toBe(strictly(bytes));
        }
  });

  test('for random sequences of them, longer than its buffer', () => {
    const random = seeded(1);
    for (const length of [4, 5, 8, 100, 20_000]) {
      const bytes = Uint8Array.from({ length }, () => TELLING[Math.floor(random() * TELLING.length)]!);
      expect(decodeUtf8(bytes)).toBe(decoder.decode(bytes));
    }
  });

  test.each([63, 64, 8191, 8192, 8193, 20_000])('for %i letters in a row between others', (count) => {
    const text = `é${'a'.repeat(count)}é${'b'.repeat(count)}`;
    expect(decodeUtf8(new TextEncoder().encode(text)) === text).toBe(true);
    expect(decodeUtf8(Uint8Array.from([...Array<number>(count).fill(0x61), 0xff]), { fatal: true })).toBeUndefined();
  });

  test.each<[string, readonly number[]]>([
    ['an overlong slash', [0xc0, 0xaf]],
    ['half a surrogate pair', [0xed, 0xa0, 0x80]],
    ['beyond the last code point', [0xf4, 0x90, 0x80, 0x80]],
    ['a sequence cut off', [0xf0, 0x9f, 0x98]],
  ])('refuses %s if it must', (_, bytes) => {
    expect(decodeUtf8(Uint8Array.from(bytes), { fatal: true })).toBeUndefined();
    expect(decodeUtf8(Uint8Array.from(bytes))).toBe(decoder.decode(Uint8Array.from(bytes)));
  });
});

describe('encodeUtf8', () => {
  test('gives back every code point', () => {
    for (let block = 0; block < 0x11; block++) {
      const points = Array.from({ length: 0x10000 }, (_, i) => block * 0x10000 + i).filter(
        (p) => p < 0xd800 || p > 0xdfff,
      );
      const text = points.map((point) => String.fromCodePoint(point)).join('');
      expect(decodeUtf8(encodeUtf8(text), { fatal: true }) === text).toBe(true);
    }
  });

  test.each(['', 'a\u00e9\u4e2d\u{1f600}', '\ud800', 'x\udfffy', '\udc00\ud800', '\ufeffbom'])(
    'encodes %j as the standard says',
    (text) => {
      expect(encodeUtf8(text)).toEqual(new TextEncoder().encode(text));
    },
  );
});
