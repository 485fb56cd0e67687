import { decodeUtf8, encodeUtf8 } from '../bytes/index.ts';
import { FormatError } from '../errors/index.ts';
import { createBpe, type Bpe } from './bpe.ts';
import { strip } from './characters.ts';
import { unescapeHtml } from './clean/entities.ts';
import { fixText } from './clean/fix-text.ts';
import { CLIP_MERGES } from './clip-merges.ts';
import { CHUNK, END, START, fillWindow } from './window.ts';

/** Most UTF-16 units of one text. */
export const MAX_TEXT_LENGTH = 1_000_000;

/** Text ↔ ids of CLIP's vocabulary of 49,408. */
export interface Tokenizer {
  /** The id that fills a chunk after its first END. */
  readonly pad: number;
  /**
   * The ids of a text, without START and END. Throws FormatError over MAX_TEXT_LENGTH, and for marks stacked without
   * end.
   */
  encode(text: string): number[];
  /** The text of ids: lower case, words with single spaces. */
  decode(ids: readonly number[]): string;
  /** One token in the alphabet of the vocabulary, with `</w>` where it ends a word. */
  piece(id: number): string;
}

/**
 * The tokenizer of SD1 and of SDXL's first encoder: transformers' slow CLIPTokenizer with ftfy. `<|startoftext|>` and
 * `<|endoftext|>` in a text are tokens of their own.
 */
export function clipTokenizer(): Tokenizer {
  return create({
    pad: END,
    special: /<\|[sſ]tartoftext\|>|<\|endoftext\|>/,
    tokens: new Map([
      ['<|startoftext|>', START],
      ['<|endoftext|>', END],
    ]),
    // The special texts are cut out before cleaning, which looks at each rest by itself.
    split: (text) => text.split(/(<\|startoftext\|>|<\|endoftext\|>)/),
    clean: fixText,
  });
}

/**
 * The tokenizer of SD2 and of SDXL's second encoder: open_clip 2.20. It decodes HTML entities twice more, whether or
 * not a `<` is there; its special texts are `<start_of_text>` and `<end_of_text>`.
 */
export function openClipTokenizer(): Tokenizer {
  return create({
    pad: 0,
    special: /<[sſ]tart_of_text>|<end_of_text>/,
    tokens: new Map([
      ['<start_of_text>', START],
      ['<end_of_text>', END],
    ]),
    split: (text) => [text],
    clean: (text) => unescapeHtml(unescapeHtml(fixText(text))),
  });
}

/** The 77 ids of a text cut at 75, filled with the tokenizer's `pad`: what programs without chunks encode. */
export function tokenWindow(tokenizer: Tokenizer, text: string): number[] {
  return fillWindow([START, ...tokenizer.encode(text).slice(0, CHUNK), END], tokenizer.pad);
}

interface Variant {
  readonly pad: number;
  /** The special texts as one word; their ids. */
  readonly special: RegExp;
  readonly tokens: ReadonlyMap<string, number>;
  readonly split: (text: string) => string[];
  readonly clean: (text: string) => string;
}

/**
 * English endings, runs of letters, single digits, runs of anything else but spaces. Case does not matter in the
 * original, where U+017F is a kind of s and U+0345, the small iota below, is neither a letter nor anything else.
 */
const WORD = /'(?:[sſ]|t|re|ve|m|ll|d)|\p{L}+|\p{N}|[^\p{White_Space}\p{L}\p{N}\u0345]+/u;

function create({ pad, special, tokens, split, clean }: Variant): Tokenizer {
  const bpe = clipBpe();
  const words = new RegExp(`${special.source}|${WORD.source}`, 'gu');
  const encodeWord = (word: string): number[] => {
    const token = tokens.get(word);
    return token === undefined ? bpe.encode(encodeUtf8(word)) : [token];
  };
  return {
    pad,
    encode(text) {
      if (text.length > MAX_TEXT_LENGTH)
        throw new FormatError('too-large', 'prompt', `longer than ${MAX_TEXT_LENGTH} characters`, {
          hint: 'Shorten the prompt.',
        });
      return split(text)
        .flatMap((part) => normalize(clean(part)).match(words) ?? [])
        .flatMap(encodeWord);
    },
    decode(ids) {
      const bytes = ids.flatMap((id) => {
        if (id >= START) return [...encodeUtf8(nameOf(id, tokens))];
        const token = bpe.bytesOf(id);
        return token.end ? [...token.bytes, 0x20] : token.bytes;
      });
      return joinPunctuation(strip(decodeUtf8(Uint8Array.from(bytes))));
    },
    piece(id) {
      if (id >= START) return nameOf(id, tokens);
      const { bytes, end } = bpe.bytesOf(id);
      return String.fromCharCode(...bytes.map(shownAs)) + (end ? '</w>' : '');
    },
  };
}

function normalize(text: string): string {
  return strip(strip(text).replace(/\p{White_Space}+/gu, ' ')).toLowerCase();
}

/** Takes back spaces before marks and English endings, in the order of transformers' `clean_up_tokenization`. */
function joinPunctuation(text: string): string {
  return [' .', ' ?', ' !', ' ,', " ' ", " n't", " 'm", " 's", " 've", " 're"].reduce(
    (joined, spaced) => joined.replaceAll(spaced, spaced.trim()),
    text,
  );
}

function nameOf(id: number, tokens: ReadonlyMap<string, number>): string {
  return [...tokens].find(([, token]) => token === id)?.[0] ?? '';
}

/** The character that the vocabulary shows a byte as: itself, or for the 68 that cannot be seen one from U+0100 on. */
function shownAs(byte: number): number {
  if (byte <= 32) return 0x100 + byte;
  if (byte <= 126) return byte;
  if (byte <= 160) return 0x100 + byte - 94;
  return byte === 173 ? 0x143 : byte;
}

let shared: Bpe | undefined;

/** The vocabulary is read at first use and kept: it never changes. */
function clipBpe(): Bpe {
  shared ??= createBpe(CLIP_MERGES);
  return shared;
}
