import { describe, expect, test } from 'vitest';
import { readFields, type FieldTable } from './fields.ts';

interface Shape {
  readonly title: string | null;
  readonly on: boolean;
  readonly whole: number;
  readonly share: number | null;
  readonly kind: 'a' | 'b';
  readonly names: readonly string[];
}

const TABLE: FieldTable<Shape> = {
  title: { type: 'text', default: null },
  on: { type: 'flag', default: false },
  whole: { type: 'whole', default: 3, min: 1, max: 9 },
  share: { type: 'number', default: null, min: 0, max: 1 },
  kind: { type: 'choice', default: 'a', choices: ['a', 'b'] },
  names: { type: 'texts', default: [] },
};
const DEFAULTS = { title: null, on: false, whole: 3, share: null, kind: 'a', names: [] };

describe('readFields', () => {
  test('takes defaults for what is absent or null, and nothing that the table does not have', () => {
    expect(readFields(TABLE, {})).toEqual(DEFAULTS);
    expect(readFields(TABLE, { title: null, on: null, whole: null, share: undefined, more: 1 })).toEqual(DEFAULTS);
  });

  test('does not take what a record inherits', () => {
    expect(readFields(TABLE, Object.create({ whole: 5 }) as Record<string, unknown>).whole).toBe(3);
  });

  test.each([
    ['whole', 9, 9],
    ['whole', '7', 7],
    ['whole', 7n, 7],
    ['share', ' 0.5 ', 0.5],
    ['share', 0, 0],
    ['on', 1, true],
    ['on', 0, false],
    ['kind', 'b', 'b'],
    ['names', ['x', ''], ['x', '']],
  ])('reads %s: %o', (name, given, read) => {
    expect(readFields(TABLE, { [name]: given })).toEqual({ ...DEFAULTS, [name]: read });
  });

  test.each([
    ['title', 5],
    ['title', 'x'.repeat(1_000_001)],
    ['on', 'true'],
    ['on', 2],
    ['whole', 0],
    ['whole', 10],
    ['whole', 2.5],
    ['whole', ''],
    ['whole', 'three'],
    ['whole', Number.NaN],
    ['whole', 2n ** 70n],
    ['whole', [2n]],
    ['whole', {}],
    ['share', Infinity],
    ['share', true],
    ['kind', 'c'],
    ['kind', ['a']],
    ['names', 'x'],
    ['names', [1]],
  ])('refuses %s: %o', (name, given) => {
    expect(() => readFields(TABLE, { [name]: given }, 'at.')).toThrowError(
      expect.objectContaining({ name: 'RequestError', field: `at.${name}` }) as Error,
    );
  });

  test.each([
    ['whole', 'three', /whole number.* 1 .* 9/],
    ['share', 'half', /number.* 0 .* 1/],
  ])('says what numbers %s may be', (name, given, hint) => {
    expect(() => readFields(TABLE, { [name]: given })).toThrowError(
      expect.objectContaining({ hint: expect.stringMatching(hint) as unknown }) as Error,
    );
  });

  test('refuses what contains itself as it does anything else', () => {
    const circle: unknown[] = [];
    circle.push(circle);
    expect(() => readFields(TABLE, { whole: circle })).toThrowError(
      expect.objectContaining({ field: 'whole' }) as Error,
    );
  });
});
