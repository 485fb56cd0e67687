import type { Fail } from './fail.ts';
import { isUnicode } from './printable.ts';

/** Objects and lists in each other; safetensors headers need three. */
const DEPTH_LIMIT = 64;

/** Reads one JSON text (RFC 8259) from front to back, so that key order, duplicates and number spelling are seen. */
export interface JsonReader {
  /** The next value must be an object: calls `field` for each key, which must read the value. Duplicate keys fail. */
  object(field: (key: string) => void): void;
  /** The next value must be a list: calls `item` at each element, which must read it. */
  list(item: () => void): void;
  /** The next value must be a text. */
  text(): string;
  /** The next value must be an integer of 0 … 2^53 − 1 written without sign, fraction or exponent. */
  count(): number;
  /** Any value, as its JSON text. */
  raw(): string;
  /** Whether the next value is a text. */
  isText(): boolean;
  /** Only blanks may be left. */
  end(): void;
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const COUNT = /(?:0|[1-9][0-9]*)(?![0-9.eE])/y;
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

/** A reader over `text`. Every fault goes to `fail`. */
export function jsonReader(text: string, fail: Fail): JsonReader {
  let at = 0;
  let depth = 0;

  const bad = (expected: string): never =>
    fail(
      'bad-header',
      at >= text.length
        ? `its JSON ends where ${expected} belongs`
        : `${expected} expected at character ${at} of its JSON`,
    );

  const next = (): string | undefined => {
    for (;;) {
      const code = text.charCodeAt(at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return text[at];
      at++;
    }
  };

  const enter = (bracket: string, expected: string): void => {
    if (next() !== bracket) bad(expected);
    if (++depth > DEPTH_LIMIT) fail('too-large', `its JSON nests deeper than ${DEPTH_LIMIT}`);
    at++;
  };

  /** After an element: true when another follows. */
  const more = (closing: string): boolean => {
    const char = next();
    if (char !== ',' && char !== closing) bad(`"," or "${closing}"`);
    at++;
    if (char === ',') return true;
    depth--;
    return false;
  };

  const readText = (): string => {
    if (next() !== '"') bad('a text');
    at++;
    let out = '';
    let from = at;
    for (;;) {
      const code = text.charCodeAt(at);
      if (Number.isNaN(code) || code < 0x20) return bad('the end of a text');
      if (code === 0x22) break;
      at++;
      if (code !== 0x5c) continue;
      out += text.slice(from, at - 1) + escape();
      from = at;
    }
    out += text.slice(from, at++);
    if (!isUnicode(out)) fail('bad-header', 'its JSON holds half a surrogate pair');
    return out;
  };

  const escape = (): string => {
    const char = text[at++] ?? bad('an escape');
    if (char !== 'u') return ESCAPES.get(char) ?? bad('an escape');
    const digits = text.slice(at, at + 4);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) bad('four hexadecimal digits');
    at += 4;
    return String.fromCharCode(Number.parseInt(digits, 16));
  };

  const match = (pattern: RegExp, expected: string): string => {
    next();
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? bad(expected);
    at += found.length;
    return found;
  };

  const reader: JsonReader = {
    object(field) {
      enter('{', 'an object');
      const seen = new Set<string>();
      if (next() === '}') {
        at++;
        depth--;
        return;
      }
      do {
        const key = readText();
        if (seen.has(key)) fail('bad-header', `its JSON has the key ${JSON.stringify(key.slice(0, 80))} twice`);
        seen.add(key);
        if (next() !== ':') bad('":"');
        at++;
        field(key);
      } while (more('}'));
    },
    list(item) {
      enter('[', 'a list');
      if (next() === ']') {
        at++;
        depth--;
        return;
      }
      do item();
      while (more(']'));
    },
    text: readText,
    count() {
      const value = Number(match(COUNT, 'a whole number'));
      return Number.isSafeInteger(value) ? value : fail('out-of-range', 'its JSON has a number beyond 2^53');
    },
    raw() {
      const char = next();
      const from = at;
      if (char === '{') reader.object(() => void reader.raw());
      else if (char === '[') reader.list(() => void reader.raw());
      else if (char === '"') readText();
      else {
        const word = ['true', 'false', 'null'].find((known) => text.startsWith(known, at));
        if (word === undefined) match(NUMBER, 'a value');
        else at += word.length;
      }
      return text.slice(from, at);
    },
    isText: () => next() === '"',
    end() {
      if (next() !== undefined) bad('the end');
    },
  };
  return reader;
}
