import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createBpe } from './bpe.ts';
import { CLIP_MERGES } from './clip-merges.ts';
import { clipTokenizer } from './tokenizer.ts';

const bpe = createBpe(CLIP_MERGES);
const MERGES = CLIP_MERGES.length / 6;

/** What the original does: the lowest pair everywhere, then again. */
function slowly(word: Uint8Array): number[] {
  const ids = new Map<string, number>();
  for (let id = 0; id < 512 + MERGES; id++) {
    const { bytes, end } = bpe.bytesOf(id);
    ids.set(`${bytes.join()}${end ? '.' : ''}`, id);
  }
  let parts = Array.from(word, (byte, i) => `${byte}${i === word.length - 1 ? '.' : ''}`);
  for (;;) {
    const pairs = parts.slice(1).map((right, i) => ids.get(`${parts[i]},${right}`) ?? Infinity);
    const lowest = Math.min(...pairs);
    if (lowest === Infinity) return parts.map((part) => ids.get(part)!);
    const next: string[] = [];
    for (let i = 0; i < parts.length; i++) {
      const joined = `${parts[i]},${parts[i + 1]}`;
      if (ids.get(joined) === lowest) {
        next.push(joined);
        i++;
      } else {
        next.push(parts[i]!);
      }
    }
    parts = next;
  }
}

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));

describe('bpe', () => {
  test('the merges are OpenAI’s, to the byte', () => {
    const tokenizer = clipTokenizer();
    const byPiece = new Map<string, number>();
    for (let id = 0; id < 512 + MERGES; id++) byPiece.set(tokenizer.piece(id), id);
    expect(byPiece.size).toBe(49_406);
    const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
    const id = (at: number): number =>
      [0, 1, 2].reduce((value, i) => 64 * value + digits.indexOf(CLIP_MERGES[at + i]!), 0);
    const lines = Array.from(
      { length: MERGES },
      (_, k) => `${tokenizer.piece(id(6 * k))} ${tokenizer.piece(id(6 * k + 3))}`,
    );
    expect(lines.slice(0, 3)).toEqual(['i n', 't h', 'a n']);
    // SHA-256 of lines 1 to 48,894 of the list (line 0 is its version), joined by line feeds.
    expect(createHash('sha256').update(lines.join('\n')).digest('hex')).toBe(
      'f61f2adf497e6f5357c347aeb4646fabe82f341e946de5bdec5d2858e41bef4a',
    );
  });

  test('the heap merges as the original does, pass by pass', () => {
    for (const word of ['photo', 'catdogcatdog', 'aaaaaaa', 'hahahahahahaa', 'zxqj', 'internationalization'])
      expect(bpe.encode(ascii(word))).toEqual(slowly(ascii(word)));
  });

  test('tokens hold the bytes of the word', () => {
    const word = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const tokens = bpe.encode(word).map((id) => bpe.bytesOf(id));
    expect(tokens.flatMap(({ bytes }) => bytes)).toEqual([...word]);
    expect(tokens.map(({ end }) => end)).toEqual(tokens.map((_, i) => i === tokens.length - 1));
  });

  test('nothing, and a very long word', () => {
    expect(bpe.encode(new Uint8Array())).toEqual([]);
    expect(bpe.encode(new Uint8Array(100_000).fill(97)).length).toBeGreaterThan(10_000);
  });
});
