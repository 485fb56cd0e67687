import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesSource, type ByteSource } from '@graft/core/bytes';
import type { OnnxWeight } from '@graft/core/onnx';
import { afterAll, describe, expect, test } from 'vitest';
import type { Job } from './prepare.ts';
import { createRecipes } from './recipe.ts';
import { layOut, type Shard } from './shards.ts';

const folder = mkdtempSync(join(tmpdir(), 'graft-shards-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What is to be made in an empty folder. */
const missing = async (weights: readonly OnnxWeight[]): Promise<readonly Shard[]> =>
  (await layOut(weights, folder, createRecipes())).missing;
const jobs = ({ work }: Shard): readonly Job[] => ('jobs' in work ? work.jobs : []);

const weight = (store: ByteSource, count: number): OnnxWeight => ({
  name: `w${count}`,
  ref: { name: 'w', dtype: 'U8', shape: [count], store, offset: 0, length: count },
  form: { dtype: 'f32' },
});

describe('layOut', () => {
  test('puts weights one after the other, each at a multiple of 64 bytes', async () => {
    const store = bytesSource('a', new Uint8Array(40));
    const [shard, ...more] = await missing([weight(store, 20), weight(store, 3)]);
    expect(more).toEqual([]);
    expect(jobs(shard!).map(({ to, bytes }) => [to, bytes])).toEqual([
      [0, 80],
      [128, 12],
    ]);
    expect(shard!.size).toBe(140);
  });

  test('splits what is large into files of about equal size, and makes equal ones once', async () => {
    const huge = 30 * 2 ** 20;
    const store = bytesSource('huge', new Uint8Array(huge));
    const shards = await missing(Array.from({ length: 5 }, () => weight(store, huge)));
    expect(shards.map((shard) => jobs(shard).length)).toEqual([2, 1]);
  });

  test('names a file after what it is made from and how', async () => {
    const [a, b] = [bytesSource('a', Uint8Array.of(1)), bytesSource('a', Uint8Array.of(2))];
    const names = await Promise.all(
      [weight(a, 1), weight(a, 1), weight(b, 1), { ...weight(a, 1), form: { dtype: 'stored' } as const }].map(
        async (one) => (await missing([one]))[0]!.file,
      ),
    );
    expect(names[1]).toBe(names[0]);
    expect(new Set(names).size).toBe(3);
  });
});
