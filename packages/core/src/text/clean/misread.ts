import { decodeUtf8 } from '../../bytes/index.ts';
import { looksMisread } from './badness.ts';
import { CODE_PAGES, LATIN_LIKE, encodeIn, windowsCharacter, type CodePage } from './code-pages.ts';

/**
 * Undoes the misreading of UTF-8 in a single-byte encoding ("sÃ³" → "só"), as often as it was misread. Text that does
 * not look misread, and what cannot be told, stays. The steps are those of ftfy 6.3 `fix_encoding`.
 */
export function fixMisread(text: string): string {
  for (let before = text; ; before = text) {
    text = fixOnce(before);
    if (text === before) return text;
  }
}

function fixOnce(text: string): string {
  if (isAscii(text) || !looksMisread(text)) return text;
  for (const page of CODE_PAGES) {
    const bytes = encodeIn(page, text);
    const fixed = bytes === undefined ? undefined : decodeRepaired(page, bytes);
    if (fixed !== undefined) return fixed;
  }
  const fixed = fixParts(text);
  return fixed === text ? fixControls(text) : fixed;
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

/** C1 control characters as the Windows-1252 characters that they are always meant to be. */
export function fixControls(text: string): string {
  return text.replace(/[\u0080-\u009f]/g, (control) => windowsCharacter(control.charCodeAt(0)));
}

/** A lone "à" whose second byte became a space keeps a space after it, but for Portuguese words that begin with it. */
const LONE_A_GRAVE = /\xc3 (?! |quele|quela|quilo|s )/g;
/** Sequences that a space makes invalid where byte A0 would not. */
const SPACE_FOR_A0 =
  /[\xc2\xc3\xc5\xce\xd0\xd9] |[\xe2\xe3] [\x80-\x84\x86-\x9f\xa1-\xbf]|[\xe0-\xe3][\x80-\x84\x86-\x9f\xa1-\xbf] |\xf0 [\x80-\xbf][\x80-\xbf]|\xf0[\x80-\xbf] [\x80-\xbf]|\xf0[\x80-\xbf][\x80-\xbf] /g;
/** Sequences of which a byte was lost: LOST, U+0100 here, or a question mark. */
const BROKEN =
  /[\xc2-\xdf]\u0100|[\xc2\xc3]\?|\xed[\xa0-\xaf][\u0100?]\xed[\xb0-\xbf][\u0100?\x80-\xbf]|\xed[\xa0-\xaf][\u0100?\x80-\xbf]\xed[\xb0-\xbf][\u0100?]|[\xe0-\xef][\u0100?][\u0100\x80-\xbf]|[\xe0-\xef][\u0100\x80-\xbf][\u0100?]|[\xf0-\xf4][\u0100?][\u0100\x80-\xbf][\u0100\x80-\xbf]|[\xf0-\xf4][\u0100\x80-\xbf][\u0100?][\u0100\x80-\xbf]|[\xf0-\xf4][\u0100\x80-\xbf][\u0100\x80-\xbf][\u0100?]|\u0100/g;
const REPLACEMENT_BYTES = '\xef\xbf\xbd';
/** Two surrogates encoded one by one (CESU-8), and NUL in two bytes (Java). */
const SURROGATES = /\xed([\xa0-\xaf])([\x80-\xbf])\xed([\xb0-\xbf])([\x80-\xbf])/g;

function decodeRepaired(page: CodePage, bytes: string): string | undefined {
  let repaired = bytes;
  // In MacRoman the pattern would be an en dash before a space.
  if (page.name !== 'macroman' && bytes.search(SPACE_FOR_A0) >= 0)
    repaired = repaired
      .replace(LONE_A_GRAVE, '\xc3\xa0 ')
      .replace(SPACE_FOR_A0, (sequence) => sequence.replaceAll(' ', '\xa0'));
  if (page.windows) repaired = repaired.replace(BROKEN, REPLACEMENT_BYTES);
  repaired = repaired.replace(SURROGATES, joinSurrogates).replaceAll('\xc0\x80', '\0');
  return decodeUtf8(
    Uint8Array.from(repaired, (unit) => unit.charCodeAt(0)),
    { fatal: true },
  );
}

/** Four-byte UTF-8 of the code point that 1010abcd 10efghij and 1011klmn 10opqrst of two sequences make. */
function joinSurrogates(_: string, ...bytes: string[]): string {
  const [a, b, c, d] = bytes.slice(0, 4).map((byte) => byte.charCodeAt(0));
  const code = 0x10000 + (((a! & 0x0f) << 16) | ((b! & 0x3f) << 10) | ((c! & 0x0f) << 6) | (d! & 0x3f));
  return String.fromCharCode(
    0xf0 | (code >> 18),
    0x80 | ((code >> 12) & 0x3f),
    0x80 | ((code >> 6) & 0x3f),
    0x80 | (code & 0x3f),
  );
}

/** A unit that the first byte of a sequence may show as: how many continuations follow. */
const LEADS: ReadonlyMap<number, number> = new Map(
  LATIN_LIKE.flatMap(({ bytes }) => [...bytes])
    .map(([unit, byte]): [number, number] => [unit, continuations(byte)])
    .filter(([, count]) => count > 0),
);

/** Units that a continuation byte may show as, a space for a no-break space among them. */
const CONTINUATIONS: ReadonlySet<number> = new Set([
  0x20,
  ...LATIN_LIKE.flatMap(({ bytes }) => [...bytes].filter(([, byte]) => byte < 0xc0).map(([unit]) => unit)),
]);

/** Those of them that stand for themselves often enough beside misread text. */
const ORDINARY: ReadonlySet<number> = new Set(Array.from(' –—―‘’‚“”„•…', (char) => char.charCodeAt(0)));

function continuations(byte: number): number {
  if (byte >= 0xc2 && byte <= 0xdf) return 1;
  if (byte >= 0xe0 && byte <= 0xef) return 2;
  return byte === 0xf0 || byte === 0xf3 ? 3 : 0;
}

/** Repairs runs of sequences one by one, in text that is no single misread whole. */
function fixParts(text: string): string {
  const out: string[] = [];
  let kept = 0;
  for (let at = 0; at < text.length;) {
    const before = text.charCodeAt(at - 1);
    const garbled = at > 0 && CONTINUATIONS.has(before) && !ORDINARY.has(before);
    const end = garbled ? at : runEnd(text, at);
    if (end === at) {
      at++;
      continue;
    }
    const run = text.slice(at, end);
    if (run.length < text.length && looksMisread(run)) {
      out.push(text.slice(kept, at), fixMisread(run));
      kept = end;
    }
    at = end;
  }
  return out.join('') + text.slice(kept);
}

/** The end of the sequences that begin at `at`, one after the other. */
function runEnd(text: string, at: number): number {
  let end = at;
  for (;;) {
    const count = LEADS.get(text.charCodeAt(end)) ?? 0;
    if (count === 0) return end;
    // Past the end of the text charCodeAt gives NaN, which continues nothing.
    for (let i = 1; i <= count; i++) if (!CONTINUATIONS.has(text.charCodeAt(end + i))) return end;
    end += count + 1;
  }
}
