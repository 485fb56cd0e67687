import { zlibSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { encodeUtf8 } from '../../bytes/index.ts';
import { FormatError } from '../../errors/index.ts';
import { picture, type Picture } from '../../image/index.ts';
import { embeddingOfPixels, embeddingOfText } from './card.ts';

const JSON_TEXT = JSON.stringify({
  string_to_token: { '*': 265 },
  string_to_param: { '*': { TORCHTENSOR: [[0.5, -0.25, 1e-3]] } },
  name: 'inside',
  step: 7,
  sd_checkpoint: null,
});
/** First key half bytes of the stream that hides the data. */
const KEY = [13, 2, 15, 12, 13, 11, 15, 5, 6, 15, 7, 4, 1, 15, 2, 15];

/** A card as A1111 draws it, without its pattern: low block, a black column, a picture, a black column, high block. */
function card(packed: Uint8Array, height = 2): Picture {
  const columns = Math.ceil(packed.length / (height * 3));
  const key = keys(columns * height * 3);
  const width = 2 * columns + 2 + 3;
  const card = picture({ width, height, channels: 3 });
  for (let i = 0; i < columns * height * 3; i++) {
    const byte = packed[i % packed.length]!;
    const [y, x] = [Math.floor(i / (columns * 3)), i % (columns * 3)];
    card.data[y * width * 3 + x] = 0x10 | ((byte & 0xf) ^ key[i]!);
    card.data[y * width * 3 + (columns + 5) * 3 + x] = 0x10 | ((byte >> 4) ^ key[i]!);
  }
  for (let y = 0; y < height; y++) card.data.fill(0xff, (y * width + columns + 1) * 3, (y * width + columns + 4) * 3);
  return card;
}

function keys(count: number): number[] {
  let state = 0n;
  return Array.from({ length: count }, () => {
    state = (1664525n * state + 1013904223n) % 2n ** 32n;
    return Number(state % 255n) & 15;
  });
}

const encode = (text: string): Uint8Array => zlibSync(encodeUtf8(text), { level: 9 });

describe('embeddingOfPixels', () => {
  test('reads what A1111 hides', () => {
    expect(keys(16)).toEqual(KEY);
    const found = embeddingOfPixels(card(encode(JSON_TEXT)), 'file');
    expect(found).toMatchObject({ name: 'inside', step: 7, count: 1, width: 3, checkpoint: undefined });
    expect(found!.vectors).toEqual({ kind: 'single', vec: { shape: [1, 3], data: Float32Array.of(0.5, -0.25, 1e-3) } });
  });

  test('a black frame does not matter', () => {
    const inner = card(encode(JSON_TEXT));
    const framed = picture({ width: inner.width + 2, height: inner.height + 2, channels: 3 });
    for (let y = 0; y < inner.height; y++)
      framed.data.set(
        inner.data.subarray(y * inner.width * 3, (y + 1) * inner.width * 3),
        ((y + 1) * framed.width + 1) * 3,
      );
    expect(embeddingOfPixels(framed, 'file')?.name).toBe('inside');
  });

  test('an ordinary picture has none', () => {
    const photo = picture({ width: 8, height: 8, channels: 3 });
    photo.data.forEach((_, i) => (photo.data[i] = (i * 37 + 11) % 251));
    expect(embeddingOfPixels(photo, 'photo')).toBeUndefined();
  });

  test.each([
    ['black', picture({ width: 16, height: 16, channels: 3 })],
    ['damaged', card(encode(JSON_TEXT).map((byte, i) => (i > 20 ? byte ^ 0x5a : byte)))],
    ['no packed data', card(encodeUtf8('not packed at all, but long enough'))],
    ['no JSON', card(encode('['))],
    ['no embedding', card(encode('{}'))],
    ['two words', card(encode('{"string_to_param":{"*":{"TORCHTENSOR":[1]},"+":{"TORCHTENSOR":[1]}}}'))],
    ['ragged vectors', card(encode('{"string_to_param":{"*":{"TORCHTENSOR":[[1,2],[3]]}}}'))],
    ['vectors of text', card(encode('{"string_to_param":{"*":{"TORCHTENSOR":["a"]}}}'))],
  ])('%s is refused', (_, source) => {
    expect(() => embeddingOfPixels(source, 'file')).toThrowError(FormatError);
  });

  test('a bomb is not inflated', () => {
    const bomb = zlibSync(new Uint8Array(17 << 20), { level: 1 });
    expect(() => embeddingOfPixels(card(bomb, 64), 'file')).toThrowError(
      expect.objectContaining({ fault: 'too-large' }),
    );
  });
});

describe('embeddingOfText', () => {
  test('reads base64 of the same JSON', () => {
    expect(embeddingOfText(Buffer.from(JSON_TEXT).toString('base64'), 'file')).toMatchObject({
      name: 'inside',
      count: 1,
    });
  });

  test('the file’s name stands in for a missing one', () => {
    const text = Buffer.from('{"string_to_param":{"*":{"TORCHTENSOR":[1,2]}}}').toString('base64');
    expect(embeddingOfText(text, 'file')).toMatchObject({ name: 'file', count: 1, width: 2 });
  });

  test.each(['', '!', 'AAAA', Buffer.from('{"string_to_param":[]}').toString('base64')])('%j is refused', (text) => {
    expect(() => embeddingOfText(text, 'file')).toThrowError(FormatError);
  });
});
