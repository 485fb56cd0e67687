import { describe, expect, test } from 'vitest';
import { MOST_VALUES, readValues, type ValueType } from './values.ts';

const read = (text: string, type: ValueType = 'number'): string[] => readValues(text, type, 'x');

describe('readValues', () => {
  test('reads lists', () => {
    expect(read('0, 0.5,1')).toEqual(['0', '0.5', '1']);
    expect(read('-1, +2, .5, 1e-3')).toEqual(['-1', '+2', '.5', '1e-3']);
    expect(read('Euler a, DPM++ 2M', 'text')).toEqual(['Euler a', 'DPM++ 2M']);
    expect(read('cat, "dog, big", ', 'text')).toEqual(['cat', 'dog, big', '']);
    expect(read('yes, off', 'flag')).toEqual(['true', 'false']);
  });

  test('reads ranges', () => {
    expect(read('1..3', 'whole')).toEqual(['1', '2', '3']);
    expect(read('3..1', 'whole')).toEqual(['3', '2', '1']);
    expect(read('0..1 step 0.25')).toEqual(['0', '0.25', '0.5', '0.75', '1']);
    expect(read('0..1 step 0.1')).toEqual(['0', '0.1', '0.2', '0.3', '0.4', '0.5', '0.6', '0.7', '0.8', '0.9', '1']);
    expect(read('-1..-0.5 step 0.2')).toEqual(['-1', '-0.8', '-0.6']);
    expect(read('1..2, 7', 'whole')).toEqual(['1', '2', '7']);
  });

  test("reads the webui's ranges", () => {
    expect(read('1-3', 'whole')).toEqual(['1', '2', '3']);
    expect(read('1-5 (+2)', 'whole')).toEqual(['1', '3', '5']);
    expect(read('10-5 (-3)', 'whole')).toEqual(['10', '7']);
    expect(read('1-10 [5]', 'whole')).toEqual(['1', '3', '5', '7', '10']);
    expect(read('0.0-1.0 [6]')).toEqual(['0', '0.2', '0.4', '0.6', '0.8', '1']);
    expect(read('-3 - -1', 'whole')).toEqual(['-3', '-2', '-1']);
  });

  test('keeps seeds exact', () => {
    expect(read('9007199254740993..9007199254740995', 'whole')).toEqual([
      '9007199254740993',
      '9007199254740994',
      '9007199254740995',
    ]);
  });

  test('texts are no ranges', () => {
    expect(read('1-3, 1..3', 'text')).toEqual(['1-3', '1..3']);
  });

  test.each<[string, ValueType]>([
    ['', 'number'],
    ['', 'text'],
    [' , ', 'number'],
    ['a', 'number'],
    ['1..', 'number'],
    ['1..3 step 0', 'whole'],
    ['1..3 step -1', 'whole'],
    ['3..1 step 1', 'number'],
    ['1-3 [0]', 'whole'],
    ['1-3 [999999]', 'whole'],
    [`1..${MOST_VALUES + 1}`, 'whole'],
    ['0..1 step 0.0000001', 'number'],
    ['1..500, 1..501', 'whole'],
    ['99999999999999999999..-99999999999999999999', 'whole'],
    ['maybe', 'flag'],
  ])('refuses %j as %s', (text, type) => {
    expect(() => read(text, type)).toThrowError(expect.objectContaining({ code: 'request', field: 'x' }));
  });

  test('is not slowed down by long texts', () => {
    for (const part of ['1', '1.', '-', '(', '"', ' '])
      expect(() => read(`a${part.repeat(200_000)}`)).toThrowError(expect.objectContaining({ field: 'x' }));
  });
});
