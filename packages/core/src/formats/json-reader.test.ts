import { describe, expect, test } from 'vitest';
import { FormatError } from '../errors/index.ts';
import { jsonReader, type JsonReader } from './json-reader.ts';

function reader(text: string): JsonReader {
  return jsonReader(text, (fault, message) => {
    throw new FormatError(fault, 'f', message);
  });
}

const GOOD = [
  '0',
  '-0.5e+3',
  '"\\u00e9\\n\\"/"',
  'true',
  'null',
  '[]',
  '[1, [2,{"a" : 3}]]',
  '{"a":{},"b":[true,false]}',
];

describe('jsonReader', () => {
  test.each(GOOD)('passes over %s', (text) => {
    const json = reader(` \t\r\n${text} `);
    expect(json.raw()).toBe(text);
    json.end();
  });

  test('reads what JSON.stringify writes', () => {
    const text = 'a"b\\c/d\n\u0001é\u2028😀';
    expect(reader(JSON.stringify(text)).text()).toBe(text);
    expect(reader('"\\ud83d\\ude00"').text()).toBe('😀');
  });

  test('gives keys in the order of the text', () => {
    const keys: string[] = [];
    const json = reader('{"2":1,"1":2,"__proto__":3}');
    json.object((key) => {
      keys.push(key);
      json.count();
    });
    expect(keys).toEqual(['2', '1', '__proto__']);
  });

  test.each([
    '',
    '01',
    '+1',
    '.5',
    '1.',
    '1e',
    'NaN',
    'tru',
    "'a'",
    '"\\x"',
    '"\\u12"',
    '"a',
    '"\n"',
    '[1,]',
    '{"a"}',
    '{a:1}',
    '[1',
    '{"a":1,"a":2}',
  ])('refuses %j', (text) => {
    expect(() => {
      const json = reader(text);
      json.raw();
      json.end();
    }).toThrowError(expect.objectContaining({ name: 'FormatError', fault: 'bad-header' }));
  });

  test.each(['1.0', '1e2', '-1', '"1"'])('takes %s for no count', (text) => {
    expect(() => reader(text).count()).toThrowError(expect.objectContaining({ fault: 'bad-header' }));
  });

  test('stops at deep nesting', () => {
    expect(() => reader('['.repeat(100_000)).raw()).toThrowError(expect.objectContaining({ fault: 'too-large' }));
  });
});
