/**
 * Spaces, words and numbers as Python defines them: the prompt language was written there,
 * and JavaScript's own classes differ (U+FEFF is a space only here, U+0085 and U+001C–U+001F only there).
 */

const WORD = /[\p{L}\p{N}_]/u;
const DIGIT = /\p{Nd}/u;

/** Whether Python's `str.isspace` and `\s` accept a UTF-16 unit. All such characters lie in the basic plane. */
export function isSpace(unit: number): boolean {
  if (unit < 0x80) return unit === 0x20 || (unit >= 0x09 && unit <= 0x0d) || (unit >= 0x1c && unit <= 0x1f);
  if (unit >= 0x2000 && unit <= 0x200a) return true;
  switch (unit) {
    case 0x85:
    case 0xa0:
    case 0x1680:
    case 0x2028:
    case 0x2029:
    case 0x202f:
    case 0x205f:
    case 0x3000:
      return true;
    default:
      return false;
  }
}

/** The first index at or after `from` that is not a space. */
export function skipSpaces(text: string, from: number): number {
  let at = from;
  while (at < text.length && isSpace(text.charCodeAt(at))) at++;
  return at;
}

/** The end of `text` without spaces before `to`, not going below `from`. */
export function skipSpacesBack(text: string, to: number, from = 0): number {
  let at = to;
  while (at > from && isSpace(text.charCodeAt(at - 1))) at--;
  return at;
}

/** `text` without spaces at both ends. */
export function strip(text: string): string {
  const start = skipSpaces(text, 0);
  return text.slice(start, skipSpacesBack(text, text.length, start));
}

/** Whether the code point that starts at `at` belongs to a word. */
export function isWordAt(text: string, at: number): boolean {
  return at < text.length && WORD.test(String.fromCodePoint(text.codePointAt(at)!));
}

/** The index of `word` (made of word characters) standing alone, at or after `from`; −1 if there is none. */
export function findWord(text: string, word: string, from: number): number {
  for (let at = text.indexOf(word, from); at >= 0; at = text.indexOf(word, at + 1)) {
    if (!isWordBefore(text, at) && !isWordAt(text, at + word.length)) return at;
  }
  return -1;
}

/** Whether the code point at `at` is a decimal digit of any script. */
export function isDigitAt(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  if (unit < 0x80) return unit >= 0x30 && unit <= 0x39;
  return DIGIT.test(String.fromCodePoint(text.codePointAt(at)!));
}

/**
 * The number that Python's `float` reads from a sign, digits of any script and points; undefined where it would raise,
 * as for "1.2.3" and ".".
 */
export function parseFloatText(text: string): number | undefined {
  let ascii = '';
  for (const char of text) {
    const code = char.codePointAt(0)!;
    ascii += code >= 0x80 && DIGIT.test(char) ? String(digitValue(code)) : char;
  }
  return /^[+-]?(?:\d+\.?\d*|\.\d+)$/.test(ascii) ? Number(ascii) : undefined;
}

function isWordBefore(text: string, at: number): boolean {
  if (at === 0) return false;
  const low = text.charCodeAt(at - 1);
  const pair = low >= 0xdc00 && low <= 0xdfff && at > 1 && (text.charCodeAt(at - 2) & 0xfc00) === 0xd800;
  return isWordAt(text, pair ? at - 2 : at - 1);
}

/** Every script's digits stand in runs of ten from zero, so the value is the place in the run. */
function digitValue(code: number): number {
  let start = code;
  while (DIGIT.test(String.fromCodePoint(start - 1))) start--;
  return (code - start) % 10;
}
