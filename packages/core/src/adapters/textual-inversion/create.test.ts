import { describe, expect, test } from 'vitest';
import { bytesSource } from '../../bytes/index.ts';
import { RequestError } from '../../errors/index.ts';
import { tensor } from '../../tensor/index.ts';
import { fileSafeName, initialVectors, tableRows } from './create.ts';

const words = tensor([2, 2], Float32Array.of(1, 2, 3, 4));

describe('initialVectors', () => {
  test.each([
    [1, [1, 2]],
    [2, [1, 2, 3, 4]],
    [3, [1, 2, 1, 2, 3, 4]],
    [4, [1, 2, 1, 2, 3, 4, 3, 4]],
  ])('%i vectors of two words', (count, expected) => {
    expect(initialVectors(words, count)).toEqual(tensor([count, 2], Float32Array.from(expected)));
  });

  test('no words give zeros', () => {
    expect(initialVectors(tensor([0, 3]), 2)).toEqual(tensor([2, 3]));
  });

  test.each([0, -1, 1.5, 76, NaN])('%d vectors are refused', (count) => {
    expect(() => initialVectors(words, count)).toThrowError(RequestError);
  });
});

describe('tableRows', () => {
  const store = bytesSource('m', new Uint8Array(Float32Array.of(9, 9, 1, 2, 3, 4).buffer));
  const table = { name: 't', dtype: 'F32', shape: [2, 2], store, offset: 8, length: 16 } as const;

  test('reads the rows asked for', async () => {
    expect(await tableRows(table, [1, 0, 1])).toEqual(tensor([3, 2], Float32Array.of(3, 4, 1, 2, 3, 4)));
  });

  test.each([2, -1, 0.5])('%d is no row', async (id) => {
    await expect(tableRows(table, [id])).rejects.toBeInstanceOf(RequestError);
  });
});

test.each([
  ['b/a:d*n?ame', 'badname'],
  ['a.b_c-d e', 'a.b_c-d e'],
  ['日本1', '日本1'],
  ['../..\\', '....'],
])('%s', (name, expected) => {
  expect(fileSafeName(name)).toBe(expected);
});
