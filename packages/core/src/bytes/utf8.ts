/** UTF-8 without platform types: TextDecoder belongs to the edges. */

/** Stands for what is no text. */
const REPLACEMENT = 0xfffd;

/** UTF-16 units that are made a text at once: they are arguments of one call. */
const PIECE = 8192;
/** ASCII characters in a row that are a piece of their own. */
const LONG = 64;

/**
 * Text of UTF-8 bytes. With `fatal`, undefined is returned for bytes that are not UTF-8;
 * without it, each maximal bad part becomes U+FFFD (WHATWG Encoding standard).
 */
export function decodeUtf8(bytes: Uint8Array, options: { readonly fatal: true }): string | undefined;
export function decodeUtf8(bytes: Uint8Array, options?: { readonly fatal?: false }): string;
export function decodeUtf8(bytes: Uint8Array, options: { readonly fatal?: boolean } = {}): string | undefined {
  let out = '';
  let units: number[] = [];
  const flush = (): void => {
    out += String.fromCharCode(...units);
    units = [];
  };
  for (let at = 0; at < bytes.length;) {
    if (units.length > PIECE) flush();
    if (bytes[at]! < 0x80) {
      const end = endOfAscii(bytes, at);
      // Headers are long and mostly ASCII, which needs no list of units.
      if (end - at >= LONG) {
        flush();
        out += String.fromCharCode.apply(null, bytes.subarray(at, end) as unknown as number[]);
      } else for (let i = at; i < end; i++) units.push(bytes[i]!);
      at = end;
      continue;
    }
    const { code, end } = readSequence(bytes, at);
    at = end;
    if (code === undefined && options.fatal === true) return undefined;
    if (code === undefined) units.push(REPLACEMENT);
    else if (code > 0xffff) units.push(0xd800 + ((code - 0x10000) >> 10), 0xdc00 + ((code - 0x10000) & 0x3ff));
    else units.push(code);
  }
  flush();
  return out;
}

/** Where a run of ASCII that begins at `start` ends, or is long enough for one piece. */
function endOfAscii(bytes: Uint8Array, start: number): number {
  const most = Math.min(bytes.length, start + PIECE);
  let end = start + 1;
  while (end < most && bytes[end]! < 0x80) end++;
  return end;
}

/** Reads the sequence that begins at `start` with a byte above 0x7f, as far as it is good; `code`: undefined if it is not. */
function readSequence(bytes: Uint8Array, start: number): { readonly code: number | undefined; readonly end: number } {
  const lead = bytes[start]!;
  const more = lead >= 0xc2 && lead <= 0xdf ? 1 : (lead & 0xf0) === 0xe0 ? 2 : lead >= 0xf0 && lead <= 0xf4 ? 3 : 0;
  let end = start + 1;
  if (more === 0) return { code: undefined, end };
  // Only the second byte's bounds vary: they keep out overlong forms, surrogates and what lies beyond U+10FFFF.
  let low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  let high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  let code = lead & (0x3f >> more);
  for (; end <= start + more; end++) {
    const next = bytes[end];
    if (next === undefined || next < low || next > high) return { code: undefined, end };
    code = (code << 6) | (next & 0x3f);
    [low, high] = [0x80, 0xbf];
  }
  return { code, end };
}

/** UTF-8 bytes of a text; a lone surrogate becomes U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  const out: number[] = [];
  for (const char of text) {
    const point = char.codePointAt(0)!;
    const code = point >= 0xd800 && point <= 0xdfff ? REPLACEMENT : point;
    if (code < 0x80) out.push(code);
    else if (code < 0x800) out.push(0xc0 | (code >> 6), 0x80 | (code & 0x3f));
    else if (code < 0x10000) out.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
    else out.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 0x3f), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
  }
  return Uint8Array.from(out);
}
