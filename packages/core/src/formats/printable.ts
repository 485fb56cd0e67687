/** Longest name that a message shows. */
const SHOWN = 120;

/**
 * A name or text out of a file, fit to be shown: control characters, line separators, and marks that turn the
 * direction of writing become visible escapes (`\x1b`, `\u202e`), so that no terminal or page obeys them.
 */
export function printable(text: string): string {
  // Control, format (bidirectional marks, zero width), surrogate, line and paragraph separators.
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (char) => {
    const code = char.codePointAt(0)!;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** A name out of a file for a message: printable, in quotes, cut in the middle when long. */
export function quoted(name: string): string {
  const short = name.length > SHOWN ? `${name.slice(0, SHOWN / 2)}…${name.slice(-SHOWN / 4)}` : name;
  return `"${printable(short)}"`;
}

/** Whether a text can be written as UTF-8: it holds no half of a surrogate pair. */
export function isUnicode(text: string): boolean {
  return !/\p{Cs}/u.test(text);
}
