import { describe, expect, test } from 'vitest';
import { parameterPairs } from './parameter-line.ts';

/** The pattern of the reference, good for short lines. */
const PATTERN = /\s*([\p{L}\p{N}_][\p{L}\p{N}_ \-/]+):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)/gu;

describe('parameterPairs', () => {
  test.each([
    'Steps: 20, Sampler: Euler a, Size: 512x512',
    'Note: "say \\"\\", ok, then: done", Seed: 7',
    'Uni: "日本, 猫", 名前: 値, clé: é, x1:1',
    'a: 1, -ab: 2, - /: 3, a-b/c d: 4',
    'Empty: , Next: 1,',
    'Open: "no end, Next: 1',
    'Tail: "x" y, Next: "", Last: "\\"',
    'https://example.org, key::value, (ab): 1, ab :2,, cd:3',
    'words without colon, more words',
    '  spaced :  value  , \t ab\tcd: 5',
    'Json: [{"type":"checkpoint","id":1}], Rest: {}',
    'Back: "a\\',
    '',
  ])('finds what the pattern finds in %j', (line) => {
    expect([...parameterPairs(line)]).toEqual([...line.matchAll(PATTERN)].map(([, key, value]) => [key, value]));
  });

  // The webui once ended a quoted value at an escaped quotation mark before a comma (its pull request 12876).
  test('a quoted value is whole', () => {
    const line = String.raw`Steps: 20, Sampler: Euler a, Note: "say \"\", ok, then: done", Seed: 7, Size: 64x64`;
    expect(new Map(parameterPairs(line)).get('Note')).toBe(String.raw`"say \"\", ok, then: done"`);
    expect([...parameterPairs(line)].map(([key]) => key)).toEqual(['Steps', 'Sampler', 'Note', 'Seed', 'Size']);
  });

  test.each(['a', 'a ', ':', 'ab:', 'a: "', '"', '\\', ',', 'ab: "\\", ', ' ', '-', 'ab: "x'])(
    '100,000 times %j takes time that grows with the length',
    (part) => {
      expect([...parameterPairs(part.repeat(100_000))].length).toBeLessThanOrEqual(100_000);
    },
    2000,
  );
});
