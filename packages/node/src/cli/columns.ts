import stringWidth from 'string-width';

/** How many columns of a terminal a text takes: CJK characters and emoji are two wide, marks none. */
export function columnsOf(text: string): number {
  return stringWidth(text);
}

/** A text with spaces up to a number of columns, behind it or, of `start`, before it. */
export function padColumns(text: string, columns: number, where: 'start' | 'end' = 'end'): string {
  const spaces = ' '.repeat(Math.max(0, columns - columnsOf(text)));
  return where === 'start' ? spaces + text : text + spaces;
}
