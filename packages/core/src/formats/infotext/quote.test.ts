import { expect, test } from 'vitest';
import { quoteValue, unquoteValue } from './quote.ts';

test.each(['plain', 'a, b', 'a: b', 'a\nb', '', '猫, 😀', 'tab\t, "q" \\'])('%j comes back', (value) => {
  expect(unquoteValue(quoteValue(value))).toBe(value);
});

test('quotes only what would be read otherwise', () => {
  expect(quoteValue('it is "so"')).toBe('it is "so"');
  expect(quoteValue('a,b')).toBe('"a,b"');
});

test.each(['"', '"a', 'a"', '"bad \\x"', '"a" "b"', '"raw\ttab"'])('%j is no quoted text', (value) => {
  expect(unquoteValue(value)).toBe(value);
});
