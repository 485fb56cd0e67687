import { describe, expect, test } from 'vitest';
import { seedSequence } from './seed-sequence.ts';

describe('seedSequence', () => {
  test.each([
    [42, [], [387750627, 2536650517, 4078839648]],
    [42, [0, 0], [2102017995, 2891809698, 2144110403, 379559146]],
    [42, [0, 1], [2358011247]],
    [42, [1, 1], [1058881542]],
    [1234567890123, [5, 3], [2115304679, 104974205, 874891668, 881680160]],
  ])('entropy %s, key %j', (entropy, spawnKey, expected) => {
    expect([...seedSequence({ entropy, spawnKey, poolSize: 24 }, expected.length)]).toEqual(expected);
  });

  test('more words than the pool holds still count', () => {
    const state = (entropy: bigint): number[] => [...seedSequence({ entropy, poolSize: 4 }, 4)];
    expect(state(2n ** 200n)).not.toEqual(state(2n ** 200n + 2n ** 160n));
  });
});
