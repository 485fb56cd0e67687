import { expect, test } from 'vitest';
import { pythonFloat, pythonStrip } from './python.ts';

test.each([
  [7, '7.0'],
  [7.5, '7.5'],
  [0, '0.0'],
  [-0, '-0.0'],
  [0.0001, '0.0001'],
  [0.00001, '1e-05'],
  [1.5e-7, '1.5e-07'],
  [1e15, '1000000000000000.0'],
  [1e16, '1e+16'],
  [1.25e100, '1.25e+100'],
  [0.1 + 0.2, '0.30000000000000004'],
  [Number.NaN, 'nan'],
  [-Infinity, '-inf'],
])('%d prints as %s', (value, expected) => {
  expect(pythonFloat(value)).toBe(expected);
});

test('strips what Python takes for blank, and nothing else', () => {
  expect(pythonStrip(' \t\n\r\v\f\x1c\x1f\x85\xa0\u3000a b\u2029 ')).toBe('a b');
  expect(pythonStrip('\ufeffa\u200b')).toBe('\ufeffa\u200b');
  expect(pythonStrip('   ')).toBe('');
});
