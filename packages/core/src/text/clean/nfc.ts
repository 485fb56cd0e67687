import { FormatError } from '../../errors/index.ts';

/** Most combining marks in a row: putting them in order takes time with the square of their number. */
export const MAX_MARKS = 1000;

const MARK = /\p{M}/u;

/** Canonical composition (NFC). Throws FormatError for more than MAX_MARKS combining marks in a row. */
export function composeNfc(text: string): string {
  let marks = 0;
  for (const char of text) {
    marks = char.codePointAt(0)! >= 0x300 && MARK.test(char) ? marks + 1 : 0;
    if (marks > MAX_MARKS)
      throw new FormatError('too-large', 'prompt', `more than ${MAX_MARKS} combining marks on one character`, {
        hint: 'Remove the stacked marks.',
      });
  }
  return text.normalize('NFC');
}
