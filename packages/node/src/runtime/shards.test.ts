import { bytesSource, type ByteSource } from '@graft/core/bytes';
import type { OnnxWeight } from '@graft/core/onnx';
import { describe, expect, test } from 'vitest';
import { layOut } from './shards.ts';

const weight = (store: ByteSource, count: number): OnnxWeight => ({
  name: `w${count}`,
  ref: { name: 'w', dtype: 'U8', shape: [count], store, offset: 0, length: count },
  form: { dtype: 'f32' },
});

describe('layOut', () => {
  test('puts weights one after the other, each at a multiple of 64 bytes', async () => {
    const store = bytesSource('a', new Uint8Array(40));
    const [shard, ...more] = await layOut([weight(store, 20), weight(store, 3)]);
    expect(more).toEqual([]);
    expect(shard!.jobs.map(({ to, bytes }) => [to, bytes])).toEqual([
      [0, 80],
      [128, 12],
    ]);
    expect(shard!.size).toBe(140);
  });

  test('splits what is large into files of about equal size', async () => {
    const huge = 30 * 2 ** 20;
    const store = bytesSource('huge', new Uint8Array(huge));
    const shards = await layOut(Array.from({ length: 5 }, () => weight(store, huge)));
    expect(shards.map(({ jobs }) => jobs.length)).toEqual([2, 2, 1]);
    expect(new Set(shards.map(({ file }) => file)).size).toBe(2);
  });

  test('names a file after what it is made from and how', async () => {
    const [a, b] = [bytesSource('a', Uint8Array.of(1)), bytesSource('a', Uint8Array.of(2))];
    const names = await Promise.all(
      [weight(a, 1), weight(a, 1), weight(b, 1), { ...weight(a, 1), form: { dtype: 'stored' } as const }].map(
        async (one) => (await layOut([one]))[0]!.file,
      ),
    );
    expect(names[1]).toBe(names[0]);
    expect(new Set(names).size).toBe(3);
  });
});
