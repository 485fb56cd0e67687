import { describe, expect, test } from 'vitest';
import { philox4x32, philoxRandom } from './philox.ts';

describe('philox4x32', () => {
  // Known answers that the authors publish with Random123.
  test.each([
    [0, 0, [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]],
    [0xffffffff, 0xffffffff, [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]],
  ])('counter words %s, key words %s', (counter, key, expected) => {
    expect([...philox4x32([counter, counter, counter, counter], [key, key])]).toEqual(expected);
  });
});

describe('philoxRandom', () => {
  test.each([
    [0, [-0.9246624, -0.42534396, -2.6438458, 0.14518388]],
    [42, [0.19401887, 2.1613739, -0.17205095, 0.84906]],
    [2 ** 33 + 5, [-0.80933, 1.1234854, 0.17516822]],
  ])('normals of seed %s', (seed, expected) => {
    const normals = philoxRandom(seed).normal(4);
    expected.forEach((value, i) => expect(normals[i]).toBeCloseTo(value, 5));
  });

  test('a second call goes on at the next counter, whatever the size of the first', () => {
    const [short, long] = [philoxRandom(0), philoxRandom(0)];
    short.normal(1);
    long.normal(1000);
    expect(short.normal(4)).toEqual(long.normal(4));
    expect(philoxRandom(0).normal(4)).not.toEqual(long.normal(4));
  });

  test('all 64 bits of the seed count', () => {
    expect(philoxRandom(7).normal(4)).not.toEqual(philoxRandom(2 ** 32 + 7).normal(4));
  });
});
