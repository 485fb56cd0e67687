import type { Cancel } from '../errors/index.ts';
import { inputName, order, weightOf, type Graph } from '../graph/index.ts';
import { compile, type Feeds, type Program, type Runtime } from '../runtime/index.ts';
import { numel, type Tensor } from '../tensor/index.ts';
import { programPool, type Pooled } from './program-pool.ts';
import { turnsOf } from './turns.ts';

/** Graphs on a runtime, by name: each is built and compiled when it is first needed, and again when it had to make room for others. */
export interface Programs {
  /** Runs a graph on those of the feeds that it takes. Throws the errors of tracing, of `compile` and of `Program.run`. */
  run(name: string, graph: () => Graph, feeds: Feeds, cancel?: Cancel): Promise<Readonly<Record<string, Tensor>>>;
  /** Compiles a graph, so that its first run has nothing left to load. */
  prepare(name: string, graph: () => Graph): Promise<void>;
  /** Frees every program; what is needed again is compiled again. */
  release(): Promise<void>;
}

interface Compiled {
  readonly program: Program;
  /** What it is fed: adapters that change nothing of a graph leave no input in it. */
  readonly inputs: ReadonlySet<string>;
  /** Bytes of its weights in float32. */
  readonly bytes: number;
  readonly wantsRoom: boolean;
}

/** From so many bytes of weights on a program makes others go. */
const LARGE = 2 ** 30;

async function compileGraph(runtime: Runtime, graph: Graph): Promise<Compiled> {
  const values = order(graph);
  const bytes = values.reduce((sum, value) => sum + 4 * numel(weightOf(value)?.shape ?? [0]), 0);
  return {
    program: await compile(runtime, graph),
    inputs: new Set(values.flatMap((value) => inputName(value) ?? [])),
    bytes,
    wantsRoom: graph.seldom === true || bytes >= LARGE,
  };
}

type Loaded = Compiled & Pooled & { isUnloaded(): boolean };

/** `rewrite`: makes another graph of each that computes the same. */
export function createPrograms(runtime: Runtime, rewrite: (graph: Graph) => Graph = (graph) => graph): Programs {
  const pool = programPool(runtime);
  // Tracing and lowering a large graph block the thread for a while: what came before it shall be at work by then.
  const inTurn = turnsOf(runtime);
  const loaded = new Map<string, Promise<Loaded>>();
  const get = (name: string, graph: () => Graph): Promise<Loaded> => {
    const known = loaded.get(name);
    if (known) return known;
    const forget = (): void => {
      if (loaded.get(name) === fresh) loaded.delete(name);
    };
    const fresh: Promise<Loaded> = inTurn(() => compileGraph(runtime, rewrite(graph()))).then((compiled) => {
      let unloaded = false;
      return {
        ...compiled,
        isUnloaded: () => unloaded,
        async unload() {
          unloaded = true;
          forget();
          await compiled.program.release();
        },
      };
    });
    loaded.set(name, fresh);
    // What failed, for want of memory or disk, may work the next time.
    fresh.catch(forget);
    return fresh;
  };
  return {
    async run(name, graph, feeds, cancel) {
      let one = await get(name, graph);
      // Another run may have made it go meanwhile.
      while (one.isUnloaded()) one = await get(name, graph);
      const own = Object.fromEntries(Object.entries(feeds).filter(([key]) => one.inputs.has(key)));
      return pool.use(one, () => one.program.run(own, cancel));
    },
    async prepare(name, graph) {
      await get(name, graph);
    },
    async release() {
      const all = [...loaded.values()];
      loaded.clear();
      for (const one of await Promise.allSettled(all)) {
        if (one.status !== 'fulfilled') continue;
        pool.forget(one.value);
        await one.value.program.release();
      }
    },
  };
}
