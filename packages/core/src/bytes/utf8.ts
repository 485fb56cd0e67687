/** UTF-8 without platform types: TextDecoder belongs to the edges. */

const REPLACEMENT = '\ufffd';

/**
 * Text of UTF-8 bytes. With `fatal`, undefined is returned for bytes that are not UTF-8;
 * without it, each maximal bad part becomes U+FFFD (WHATWG Encoding standard).
 */
export function decodeUtf8(bytes: Uint8Array, options: { readonly fatal: true }): string | undefined;
export function decodeUtf8(bytes: Uint8Array, options?: { readonly fatal?: false }): string;
export function decodeUtf8(bytes: Uint8Array, options: { readonly fatal?: boolean } = {}): string | undefined {
  const out: string[] = [];
  let units: number[] = [];
  let i = 0;
  while (i < bytes.length) {
    if (units.length > 8192) {
      out.push(String.fromCharCode(...units));
      units = [];
    }
    const lead = bytes[i++]!;
    if (lead < 0x80) {
      units.push(lead);
      continue;
    }
    const more = lead >= 0xc2 && lead <= 0xdf ? 1 : (lead & 0xf0) === 0xe0 ? 2 : lead >= 0xf0 && lead <= 0xf4 ? 3 : 0;
    let code = more === 1 ? lead & 0x1f : more === 2 ? lead & 0x0f : lead & 0x07;
    let good = more > 0;
    for (let k = 0; good && k < more; k++) {
      const next = bytes[i];
      const low = k > 0 ? 0x80 : lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
      const high = k > 0 ? 0xbf : lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
      if (next === undefined || next < low || next > high) {
        good = false;
      } else {
        code = (code << 6) | (next & 0x3f);
        i++;
      }
    }
    if (!good) {
      if (options.fatal === true) return undefined;
      units.push(0xfffd);
    } else if (code > 0xffff) {
      units.push(0xd800 + ((code - 0x10000) >> 10), 0xdc00 + ((code - 0x10000) & 0x3ff));
    } else {
      units.push(code);
    }
  }
  out.push(String.fromCharCode(...units));
  return out.join('');
}

/** UTF-8 bytes of a text; a lone surrogate becomes U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  const out: number[] = [];
  for (const char of text) {
    const point = char.codePointAt(0)!;
    const code = point >= 0xd800 && point <= 0xdfff ? REPLACEMENT.codePointAt(0)! : point;
    if (code < 0x80) out.push(code);
    else if (code < 0x800) out.push(0xc0 | (code >> 6), 0x80 | (code & 0x3f));
    else if (code < 0x10000) out.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
    else out.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 0x3f), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
  }
  return Uint8Array.from(out);
}
