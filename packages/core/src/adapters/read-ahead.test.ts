import { describe, expect, test } from 'vitest';
import { bytesSource, type ByteSource } from '../bytes/index.ts';
import type { WeightRef } from '../graph/index.ts';
import { readAhead } from './read-ahead.ts';

const ref = (store: ByteSource, offset: number, length: number): WeightRef => ({
  name: `${offset}`,
  dtype: 'U8',
  shape: [length],
  store,
  offset,
  length,
});

describe('readAhead', () => {
  const store = (name: string): ByteSource =>
    bytesSource(
      name,
      Uint8Array.from({ length: 20 }, (_, i) => i),
    );
  const [a, b] = [store('a'), store('b')];
  const refs = [ref(a, 4, 3), ref(a, 0, 4), ref(b, 1, 2), ref(a, 9, 2), ref(a, 7, 0)];

  test('gives each tensor its bytes, in any order', async () => {
    for (const order of [refs, refs.toReversed()]) {
      const read = readAhead(refs);
      const all = await Promise.all(order.map(read));
      for (const [i, bytes] of all.entries()) {
        const { offset, length } = order[i]!;
        expect([...bytes]).toEqual(Array.from({ length }, (_, k) => offset + k));
      }
    }
  });

  test('reads what lies together at once', async () => {
    let reads = 0;
    const counted: ByteSource = { ...a, read: (start, end) => ((reads += 1), a.read(start, end)) };
    const own = [0, 4, 8].map((offset) => ref(counted, offset, 4));
    const read = readAhead(own);
    for (const one of own) await read(one);
    expect(reads).toBe(1);
  });

  test('tells who asks what failed', async () => {
    const broken: ByteSource = { ...a, read: () => Promise.reject(new Error('gone')) };
    const own = [ref(broken, 0, 4), ref(broken, 8, 4)];
    const read = readAhead(own);
    await expect(read(own[0]!)).rejects.toThrow('gone');
    await expect(read(own[1]!)).rejects.toThrow('gone');
  });
});
