import { describe, expect, test } from 'vitest';
import { readCsv } from './csv.ts';

describe('csv', () => {
  test('quotes, doubled quotes, line breaks inside, spaces after commas', () => {
    expect(readCsv('a, "b, ""c""\nd" e,\r\n\nf')).toEqual([['a', 'b, "c"\nd e', ''], ['f']]);
  });

  test('a quote that is not closed takes the rest', () => {
    expect(readCsv('"a,b\nc')).toEqual([['a,b\nc']]);
  });

  test('quotes within a field are text', () => {
    expect(readCsv('a"b",c')).toEqual([['a"b"', 'c']]);
  });
});
