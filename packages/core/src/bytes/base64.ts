const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES: ReadonlyMap<string, number> = new Map(Array.from(ALPHABET, (char, value) => [char, value]));

/**
 * Bytes of a base64 text (RFC 4648, 4). Like Python's decoder it passes over characters that are not of the alphabet and
 * ends at the first padding; undefined when the letters left over are not a whole number of bytes.
 */
export function decodeBase64(text: string): Uint8Array | undefined {
  const out = new Uint8Array(Math.ceil(text.length / 4) * 3);
  let length = 0;
  let bits = 0;
  let held = 0;
  for (const char of text) {
    if (char === '=' && held > 0) break;
    const value = VALUES.get(char);
    if (value === undefined) continue;
    bits = ((bits << 6) | value) & 0xffffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    out[length++] = (bits >> held) & 0xff;
  }
  return held === 6 ? undefined : out.subarray(0, length);
}
