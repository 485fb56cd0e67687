import { describe, expect, test } from 'vitest';
import { columnsOf, padColumns } from './columns.ts';

// As 猫, 🦊, e with a mark, and a flag stand in terminals.
const WIDE: readonly (readonly [text: string, columns: number])[] = [
  ['cat', 3],
  ['猫の絵', 6],
  ['🦊 fox', 6],
  ['e\u0301', 1],
  ['🇯🇵', 2],
  ['', 0],
];

describe('columns', () => {
  test.each(WIDE)('%j takes %d', (text, columns) => {
    expect(columnsOf(text)).toBe(columns);
  });

  test.each(WIDE)('%j is padded on either side', (text) => {
    expect(columnsOf(padColumns(text, 8))).toBe(8);
    expect(padColumns(text, 8).startsWith(text)).toBe(true);
    expect(padColumns(text, 8, 'start').endsWith(text)).toBe(true);
  });

  test('nothing is cut', () => {
    expect(padColumns('猫の絵', 3)).toBe('猫の絵');
  });
});
