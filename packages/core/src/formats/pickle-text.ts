import { decodeUtf8 } from '../bytes/index.ts';

// The texts of a pickle: Python's `pickletools`, argument descriptors.

/** UTF-8 as pickles write it: halves of surrogate pairs are allowed ("surrogatepass"). Undefined if it is not even that. */
export function decodePickleUtf8(bytes: Uint8Array): string | undefined {
  const plain = decodeUtf8(bytes, { fatal: true });
  if (plain !== undefined) return plain;
  const parts: string[] = [];
  let from = 0;
  for (let i = 0; i < bytes.length; i++) {
    // U+D800 … U+DFFF would be ED A0…BF xx.
    if (bytes[i] !== 0xed || !(bytes[i + 1]! >= 0xa0 && bytes[i + 1]! <= 0xbf) || (bytes[i + 2]! & 0xc0) !== 0x80)
      continue;
    const before = decodeUtf8(bytes.subarray(from, i), { fatal: true });
    if (before === undefined) return undefined;
    parts.push(before, String.fromCharCode(0xd000 | ((bytes[i + 1]! & 0x3f) << 6) | (bytes[i + 2]! & 0x3f)));
    i += 2;
    from = i + 1;
  }
  const rest = decodeUtf8(bytes.subarray(from), { fatal: true });
  return rest === undefined ? undefined : parts.join('') + rest;
}

/** Each byte as the character of its number. */
export function decodeLatin1(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let i = 0; i < bytes.length; i += 4096) parts.push(String.fromCharCode(...bytes.subarray(i, i + 4096)));
  return parts.join('');
}

/** Each character as the byte of its number; undefined beyond U+00FF. */
export function encodeLatin1(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0xff) return undefined;
    bytes[i] = code;
  }
  return bytes;
}

/** A Python 2 text (BINSTRING): UTF-8 where it is that, else Latin-1. */
export function decodePython2(bytes: Uint8Array): string {
  return decodePickleUtf8(bytes) ?? decodeLatin1(bytes);
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['\n', ''],
]);

/** A STRING argument: a Python 2 literal in quotes. Undefined if it is none. */
export function decodeLiteral(line: string): string | undefined {
  const quote = line[0];
  if ((quote !== "'" && quote !== '"') || line.length < 2 || !line.endsWith(quote)) return undefined;
  const out: string[] = [];
  for (let i = 1; i < line.length - 1; i++) {
    if (line[i] !== '\\') {
      out.push(line[i]!);
      continue;
    }
    const char = line[++i]!;
    const digits = char === 'x' ? /[0-9a-fA-F]{2}/y : /[0-7]{1,3}/y;
    digits.lastIndex = char === 'x' ? i + 1 : i;
    const found = digits.exec(line)?.[0];
    if (found !== undefined) {
      out.push(String.fromCharCode(Number.parseInt(found, char === 'x' ? 16 : 8) & 0xff));
      i = digits.lastIndex - 1;
    } else {
      if (i >= line.length - 1 || char === 'x') return undefined;
      out.push(ESCAPES.get(char) ?? `\\${char}`);
    }
  }
  return decodePython2(encodeLatin1(out.join('')) ?? new Uint8Array());
}

/** A UNICODE argument ("raw-unicode-escape"): Latin-1 with \uXXXX and \UXXXXXXXX. Undefined for a broken escape. */
export function decodeRawUnicode(line: string): string | undefined {
  let bad = false;
  const text = line.replace(/\\(?:u([0-9a-fA-F]{4})?|U([0-9a-fA-F]{8})?)/g, (_, short?: string, long?: string) => {
    const code = Number.parseInt(short ?? long ?? 'none', 16);
    bad ||= !(code <= 0x10ffff);
    return bad ? '' : String.fromCodePoint(code);
  });
  return bad ? undefined : text;
}

/** An INT or LONG argument in decimal; undefined if it is none. `limit`: most digits. */
export function decodeDecimal(line: string, limit: number): number | bigint | undefined {
  return line.length <= limit && /^[+-]?[0-9]+$/.test(line) ? exactNumber(BigInt(line.replace('+', ''))) : undefined;
}

/** Little-endian two's complement (LONG1, LONG4). */
export function decodeLong(bytes: Uint8Array): number | bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
  return exactNumber(BigInt.asIntN(bytes.length * 8, value));
}

/** An integer as a number where that is exact, up to 2^53; else as it is. */
export function exactNumber(value: bigint): number | bigint {
  return value >= -(2n ** 53n) && value <= 2n ** 53n ? Number(value) : value;
}
