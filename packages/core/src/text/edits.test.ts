import { describe, expect, test } from 'vitest';
import { parseEdits } from './edits.ts';

describe('edits', () => {
  test('positions of an edit and an alternation', () => {
    expect(parseEdits('x[a:b: 3 ][c|]')).toEqual([
      { kind: 'edit', open: 1, close: 9, from: [2, 3], to: [4, 5], when: '3' },
      {
        kind: 'alternation',
        open: 10,
        close: 13,
        options: [
          [11, 12],
          [13, 13],
        ],
      },
    ]);
    expect(parseEdits('[b:3]')).toEqual([{ kind: 'edit', open: 0, close: 4, from: [1, 1], to: [1, 2], when: '3' }]);
  });

  test('a bracket that holds a stray one is none itself; the whole ones in it are', () => {
    expect(parseEdits('[x:[a:b:3]')?.map(({ open }) => open)).toEqual([3]);
    expect(parseEdits('[(a]:b:3]')).toEqual([]);
    expect(parseEdits('[[a:b]:c:3]')).toEqual([]);
  });

  test('what is no text of the grammar gives undefined', () => {
    for (const text of ['a|b', '(a|b)', '[a|b:3]', 'a\\', '\\\n']) expect(parseEdits(text)).toBeUndefined();
    expect(parseEdits('\\|')).toEqual([]);
  });

  test('numbers are ASCII, with sign, point and exponent', () => {
    for (const when of ['3', '+3', '-1', '.5', '5.', '1e1', '2.5E-1'])
      expect(parseEdits(`[a:b:${when}]`)).toHaveLength(1);
    for (const when of ['１', '0,5', '1 2', '', ' ', 'e1', '.', '--1']) expect(parseEdits(`[a:b:${when}]`)).toEqual([]);
  });
});
