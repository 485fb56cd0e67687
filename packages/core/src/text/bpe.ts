/**
 * Byte-pair encoding with CLIP's vocabulary: ids 0–255 are bytes, 256–511 bytes that end a word, the rest merges in
 * order.
 */

/** Tokens of one or two parts. */
export interface Bpe {
  /** The ids of one word, given as UTF-8. */
  encode(word: Uint8Array): number[];
  /** The bytes of a token and whether it ends a word. `id` is below 512 + the number of merges. */
  bytesOf(id: number): { readonly bytes: readonly number[]; readonly end: boolean };
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const BYTES = 256;
const SYMBOLS = 2 * BYTES;
/** Bytes by their ids: those that Latin-1 shows first. */
const ALPHABET: readonly number[] = Array.from({ length: BYTES }, (_, byte) => byte).sort(
  (a, b) => Number(isShown(b)) - Number(isShown(a)) || a - b,
);
const NONE = -1;

function isShown(byte: number): boolean {
  return (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
}

/** Reads merges as `clip-merges.ts` writes them. */
export function createBpe(merges: string): Bpe {
  const parts = readMerges(merges);
  const tokenOf = pairTable(parts);
  const idOfByte = new Uint8Array(BYTES);
  ALPHABET.forEach((byte, id) => (idOfByte[byte] = id));
  return {
    encode(word) {
      const symbols = Int32Array.from(word, (byte) => idOfByte[byte]!);
      if (symbols.length === 0) return [];
      symbols[symbols.length - 1]! += BYTES;
      return mergeAll(symbols, tokenOf);
    },
    bytesOf(id) {
      const symbols: number[] = [];
      const rest = [id];
      for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
        if (next < SYMBOLS) symbols.push(next);
        else rest.push(parts[2 * (next - SYMBOLS) + 1]!, parts[2 * (next - SYMBOLS)]!);
      }
      return { bytes: symbols.map((symbol) => ALPHABET[symbol % BYTES]!), end: symbols.at(-1)! >= BYTES };
    },
  };
}

function readMerges(text: string): Uint16Array {
  const value = new Uint8Array(128);
  for (let i = 0; i < DIGITS.length; i++) value[DIGITS.charCodeAt(i)] = i;
  const parts = new Uint16Array(text.length / 3);
  for (let i = 0, at = 0; i < parts.length; i++, at += 3)
    parts[i] =
      (value[text.charCodeAt(at)]! << 12) | (value[text.charCodeAt(at + 1)]! << 6) | value[text.charCodeAt(at + 2)]!;
  return parts;
}

/** A lookup from two ids to the token they make, or NONE: open addressing, at most three eighths full. */
function pairTable(parts: Uint16Array): (left: number, right: number) => number {
  let size = 1;
  while (size < (parts.length / 2) * 2.7) size *= 2;
  const keys = new Uint32Array(size);
  const tokens = new Int32Array(size).fill(NONE);
  const slot = (key: number): number => {
    let at = (Math.imul(key, 0x9e3779b1) >>> 8) & (size - 1);
    while (tokens[at] !== NONE && keys[at] !== key) at = (at + 1) & (size - 1);
    return at;
  };
  for (let i = 0; i < parts.length; i += 2) {
    const key = ((parts[i]! << 16) | parts[i + 1]!) >>> 0;
    const at = slot(key);
    keys[at] = key;
    tokens[at] = SYMBOLS + i / 2;
  }
  return (left, right) => tokens[slot(((left << 16) | right) >>> 0)]!;
}

/**
 * Joins the neighbours that make the lowest token, leftmost first, until none make one. A token comes after its parts
 * in the vocabulary, so joining never makes a pair lower than the one joined, and a heap of the pairs gives the order.
 * n log n for n symbols.
 */
function mergeAll(symbols: Int32Array, tokenOf: (left: number, right: number) => number): number[] {
  const { length } = symbols;
  const next = Int32Array.from({ length }, (_, i) => i + 1);
  const before = Int32Array.from({ length }, (_, i) => i - 1);
  const heap = createHeap();
  const offer = (at: number): void => {
    if (at < 0 || next[at]! >= length) return;
    const token = tokenOf(symbols[at]!, symbols[next[at]!]!);
    if (token !== NONE) heap.push(token * PLACES + at);
  };
  for (let at = 0; at + 1 < length; at++) offer(at);
  for (let top = heap.pop(); top !== undefined; top = heap.pop()) {
    const at = top % PLACES;
    const token = (top - at) / PLACES;
    const right = next[at]!;
    // The pair may have changed since it was offered.
    if (symbols[at] === NONE || right >= length || tokenOf(symbols[at]!, symbols[right]!) !== token) continue;
    symbols[at] = token;
    symbols[right] = NONE;
    next[at] = next[right]!;
    if (next[at] < length) before[next[at]] = at;
    offer(before[at]!);
    offer(at);
  }
  return Array.from(symbols.filter((symbol) => symbol !== NONE));
}

/** A heap entry is token · PLACES + position. */
const PLACES = 2 ** 32;

/** Numbers, the lowest first. */
function createHeap(): { push(value: number): void; pop(): number | undefined } {
  const items: number[] = [];
  return {
    push(value) {
      let at = items.length;
      while (at > 0) {
        const parent = (at - 1) >> 1;
        if (items[parent]! <= value) break;
        items[at] = items[parent]!;
        at = parent;
      }
      items[at] = value;
    },
    pop() {
      const top = items[0];
      const last = items.pop();
      if (top === undefined || items.length === 0) return top;
      let at = 0;
      for (;;) {
        let child = 2 * at + 1;
        if (child + 1 < items.length && items[child + 1]! < items[child]!) child++;
        if (child >= items.length || items[child]! >= last!) break;
        items[at] = items[child]!;
        at = child;
      }
      items[at] = last!;
      return top;
    },
  };
}
