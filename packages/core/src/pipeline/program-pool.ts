import type { Runtime } from '../runtime/index.ts';

/** A loaded program as the pool sees it. */
export interface Pooled {
  /** Of its weights as the runtime has them. */
  readonly bytes: number;
  /** Whether others make way for a run of it: true for what is large, or needs much memory beside its weights. */
  readonly wantsRoom: boolean;
  /** Unloads it; it is loaded again when it is next needed. */
  readonly unload: () => Promise<void>;
}

/** The programs of a runtime that hold memory: a program's weights are mapped, so it costs nothing before its first run. */
export interface ProgramPool {
  /** Runs `work`, which uses a program, when there is room for it: others that do not run go, the one used longest ago first. */
  use<T>(one: Pooled, work: () => Promise<T>): Promise<T>;
  /** Forgets a program that was freed. */
  forget(one: Pooled): void;
}

const pools = new WeakMap<Runtime, ProgramPool>();

/** The one pool of a runtime: the networks of all its models share its memory. */
export function programPool(runtime: Runtime): ProgramPool {
  const known = pools.get(runtime) ?? createPool(runtime.traits.keep ?? Infinity);
  pools.set(runtime, known);
  return known;
}

/** `keep`: bytes of weights that stay loaded, those of a running program included. */
function createPool(keep: number): ProgramPool {
  /** Runs under way by program, in the order of their last use. */
  const running = new Map<Pooled, number>();
  const makeRoom = async (one: Pooled): Promise<void> => {
    let total = [...running.keys()].reduce((sum, { bytes }) => sum + bytes, 0);
    for (const [other, runs] of [...running]) {
      if (total <= keep) return;
      if (other === one || runs > 0) continue;
      running.delete(other);
      total -= other.bytes;
      await other.unload();
    }
  };
  return {
    async use(one, work) {
      const runs = running.get(one) ?? 0;
      running.delete(one);
      running.set(one, runs + 1);
      try {
        if (one.wantsRoom) await makeRoom(one);
        return await work();
      } finally {
        const left = running.get(one);
        if (left !== undefined) running.set(one, left - 1);
      }
    },
    forget: (one) => void running.delete(one),
  };
}
