import { describe, expect, test } from 'vitest';
import { parseJson, stringifyJson } from './json.ts';

describe('parseJson', () => {
  test('keeps every digit of whole numbers that do not fit a number', () => {
    expect(parseJson('{"seed": 6687881544318117707, "list": [-9223372036854775808, 9007199254740991]}')).toEqual({
      seed: 6687881544318117707n,
      list: [-9223372036854775808n, 9007199254740991],
    });
  });

  test('leaves texts and other numbers alone', () => {
    const json = String.raw`{"a \" 12345678901234567890": "x \\", "b": "\"98765432109876543210\"", "c": 1.2345678901234567e20, "d": 1e400}`;
    expect(parseJson(json)).toEqual(JSON.parse(json));
  });

  test('reads what it wrote', () => {
    const value = { a: [1n << 64n, -1, 1.5, null, true], b: { '"': '\\' }, c: undefined };
    expect(parseJson(stringifyJson(value))).toEqual({ a: [1n << 64n, -1, 1.5, null, true], b: { '"': '\\' } });
  });

  test.each(['', '{"a":', '[1,]', '{"a" 12345678901234567890}', '"open', 'NaN'])('refuses %j', (json) => {
    expect(() => parseJson(json, 'r.json')).toThrowError(
      expect.objectContaining({ code: 'format', fault: 'bad-header', source: 'r.json' }),
    );
  });

  test('refuses what is nested too deep instead of failing', () => {
    const deep = `${'['.repeat(300_000)}12345678901234567890${']'.repeat(300_000)}`;
    expect(() => parseJson(deep)).toThrowError(expect.objectContaining({ code: 'format' }));
  });

  test('pollutes nothing', () => {
    parseJson('{"__proto__": {"polluted": 12345678901234567890}}');
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  test('takes time by length, also with many backslashes', () => {
    const json = JSON.stringify({ a: '\\"'.repeat(500_000), b: 'x'.repeat(5_000_000) });
    expect(parseJson(json)).toEqual(JSON.parse(json));
  });
});

test('stringifyJson writes big integers as numbers, and values without JSON as JSON.stringify does', () => {
  expect(stringifyJson({ seed: 6687881544318117707n, list: [undefined, Number.NaN], none: undefined })).toBe(
    '{"seed":6687881544318117707,"list":[null,null]}',
  );
});
