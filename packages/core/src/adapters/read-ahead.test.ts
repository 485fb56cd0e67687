import { describe, expect, test } from 'vitest';
import { bytesSource, type ByteSource } from '../bytes/index.ts';
import type { WeightRef } from '../graph/index.ts';
import { readAhead, readThrough } from './read-ahead.ts';

const ref = (store: ByteSource, offset: number, length: number): WeightRef => ({
  name: `${offset}`,
  dtype: 'U8',
  shape: [length],
  store,
  offset,
  length,
});

const FILE = Uint8Array.from({ length: 200_000 }, (_, i) => i);
const [a, b] = [bytesSource('a', FILE), bytesSource('b', FILE)];
const FAR = 190_000;
const refs = [ref(a, 4, 3), ref(a, 0, 4), ref(b, 1, 2), ref(a, 9, 2), ref(a, 7, 0), ref(a, FAR, 3)];

describe('readAhead', () => {
  test('gives each tensor its bytes, in any order', async () => {
    for (const order of [refs, refs.toReversed()]) {
      const read = readAhead(refs);
      const all = await Promise.all(order.map(read));
      for (const [i, bytes] of all.entries()) {
        const { offset, length } = order[i]!;
        expect([...bytes]).toEqual(Array.from({ length }, (_, k) => (offset + k) % 256));
      }
    }
  });

  test('reads what lies together at once', async () => {
    let reads = 0;
    const counted: ByteSource = { ...a, read: (start, end) => ((reads += 1), a.read(start, end)) };
    const own = [0, 4, 10, FAR].map((offset) => ref(counted, offset, 4));
    const read = readAhead(own);
    for (const one of own) await read(one);
    expect(reads).toBe(2);
  });

  test('tells who asks what failed', async () => {
    const broken: ByteSource = { ...a, read: () => Promise.reject(new Error('gone')) };
    const own = [ref(broken, 0, 4), ref(broken, FAR, 4)];
    const read = readAhead(own);
    await expect(read(own[0]!)).rejects.toThrow('gone');
    await expect(read(own[1]!)).rejects.toThrow('gone');
  });
});

describe('readThrough', () => {
  test('shows each tensor its bytes, in the order in which they lie, in memory that it uses again', async () => {
    const places = new Set<ArrayBufferLike>();
    const own: ByteSource = {
      ...a,
      async read(start, end, into) {
        places.add(into!.buffer);
        into!.set(FILE.subarray(start, end));
        return into!.subarray(0, end - start);
      },
    };
    const seen: [string, number[]][] = [];
    const wanted = [7, 3, FAR, 100_000].map((offset) => ref(own, offset, 2));
    await readThrough(wanted, ({ name }, bytes) => seen.push([name, [...bytes]]));
    expect(seen).toEqual([3, 7, 100_000, FAR].map((offset) => [`${offset}`, [offset % 256, (offset + 1) % 256]]));
    expect(places.size).toBe(2);
  });

  test('takes what a source gives, too, and nothing of nothing', async () => {
    const seen: number[] = [];
    await readThrough(refs, (_, bytes) => seen.push(bytes.length));
    expect(seen.toSorted((x, y) => x - y)).toEqual([0, 2, 2, 3, 3, 4]);
    await readThrough([], () => expect.fail());
  });

  test('ends at the first failure, of reading or of use', async () => {
    const broken: ByteSource = { ...a, read: () => Promise.reject(new Error('gone')) };
    await expect(readThrough([ref(a, 0, 4), ref(broken, FAR, 4)], () => {})).rejects.toThrow('gone');
    const use = (): never => {
      throw new Error('no');
    };
    await expect(readThrough(refs, use)).rejects.toThrow('no');
  });
});
