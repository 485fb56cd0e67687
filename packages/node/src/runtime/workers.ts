import { availableParallelism } from 'node:os';
import { AbortedError } from '@graft/core/errors';
import { startProcess, type EngineProcess } from './process.ts';
import type { Request } from './protocol.ts';

/** Computes weights into files: engines of one thread each, which never wait for each other. */
export interface Workers {
  /** Does everything, several at a time. Throws the errors of engines. */
  keep(tasks: readonly KeepTask[]): Promise<void>;
  close(): Promise<void>;
}

type Keep = Extract<Request, { kind: 'keep' }>;

export interface KeepTask extends Pick<Keep, 'path'> {
  /** Bytes of the file. */
  readonly size: number;
  /** The rest of it, made when it is its turn. */
  encode(): Promise<Pick<Keep, 'models' | 'runs'>>;
}

const MOST = 8;

/**
 * Memory that was freed is used again instead of given back: fresh memory costs as much time as the numbers that are written into it.
 * Only the GNU C library reads this.
 */
const MALLOC = ['mmap_threshold=1073741824', 'trim_threshold=1073741824', 'arena_max=1']
  .map((one) => `glibc.malloc.${one}`)
  .join(':');

/** Below this many bytes processes take longer to start than to help. */
const WORTH = 64 * 2 ** 20;

/**
 * Starts its processes when they are first needed: `threads`, or as many as there are cores for 0. Little is left to `engine`, which is
 * there anyway.
 */
export function createWorkers(engine: EngineProcess, threads = 0): Workers {
  let over = false;
  let processes: EngineProcess[] = [];
  return {
    async keep(tasks) {
      if (over) throw new AbortedError('the engine was closed');
      if (tasks.reduce((sum, { size }) => sum + size, 0) < WORTH) {
        for (const task of tasks) await engine.ask(await requestFor(task), 'kept');
        return;
      }
      const count = Math.min(threads || availableParallelism(), MOST, tasks.length);
      processes = processes.filter((one) => one.alive());
      while (processes.length < count) processes.push(startProcess('cpu', 1, { GLIBC_TUNABLES: MALLOC }));
      const queue = [...tasks];
      const work = async (worker: EngineProcess): Promise<void> => {
        await worker.ready;
        try {
          // The next task is encoded while this one is computed.
          for (let next = taken(queue); next;) {
            const request = await next;
            next = taken(queue);
            await worker.ask(request, 'kept');
          }
        } catch (error) {
          // The others shall not go on with what is in vain.
          queue.length = 0;
          throw error;
        }
      };
      // All must have ended before a file is renamed or removed.
      const ends = await Promise.allSettled(processes.slice(0, count).map(work));
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
    },
    async close() {
      over = true;
      await Promise.all(processes.map((one) => one.end()));
    },
  };
}

/** The first task of a queue as a request; undefined where none is left. */
function taken(queue: KeepTask[]): Promise<Keep> | undefined {
  const task = queue.shift();
  const request = task && requestFor(task);
  // What fails is told when it is its turn.
  request?.catch(() => undefined);
  return request;
}

async function requestFor({ encode, path }: KeepTask): Promise<Keep> {
  return { kind: 'keep', ...(await encode()), path };
}
