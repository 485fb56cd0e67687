import { describe, expect, test } from 'vitest';
import type { Runtime } from '../runtime/index.ts';
import { programPool, type Pooled, type ProgramPool } from './program-pool.ts';

function pool(keep?: number): ProgramPool {
  const traits = { weights: 'f32', block: 0, ...(keep === undefined ? {} : { keep }) } as const;
  return programPool({ traits } as Runtime);
}

function program(name: string, bytes: number, log: string[], wantsRoom = true): Pooled {
  return { bytes, wantsRoom, unload: async () => void log.push(name) };
}

const nothing = async (): Promise<void> => undefined;

describe('the pool of a runtime', () => {
  test('is one for all its networks', () => {
    const runtime = { traits: { weights: 'f32', block: 0 } } as Runtime;
    expect(programPool(runtime)).toBe(programPool(runtime));
  });

  test('unloads what was used longest ago, and no more than it must', async () => {
    const log: string[] = [];
    const own = pool(10);
    const [a, b, c] = [program('a', 4, log), program('b', 4, log), program('c', 4, log)];
    for (const one of [a, b, a]) await own.use(one, nothing);
    expect(log).toEqual([]);
    await own.use(c, nothing);
    expect(log).toEqual(['b']);
  });

  test('lets a program that is larger than all room run alone', async () => {
    const log: string[] = [];
    const own = pool(10);
    await own.use(program('a', 4, log), nothing);
    await own.use(program('large', 11, log), nothing);
    await own.use(program('b', 1, log), nothing);
    expect(log).toEqual(['a', 'large']);
  });

  test('unloads nothing that runs, and nothing for what wants no room', async () => {
    const log: string[] = [];
    const own = pool(10);
    const large = program('large', 11, log);
    await own.use(large, () => own.use(program('b', 4, log), nothing));
    expect(log).toEqual([]);
    await own.use(program('small', 1, log, false), nothing);
    expect(log).toEqual([]);
  });

  test('counts a program no more that failed or was freed', async () => {
    const log: string[] = [];
    const own = pool(10);
    const [a, b] = [program('a', 6, log), program('b', 6, log)];
    await expect(own.use(a, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    own.forget(a);
    await own.use(b, nothing);
    expect(log).toEqual([]);
  });

  test('keeps all where the runtime sets no bound', async () => {
    const log: string[] = [];
    const own = pool();
    for (const name of ['a', 'b']) await own.use(program(name, 1e12, log), nothing);
    expect(log).toEqual([]);
  });
});
