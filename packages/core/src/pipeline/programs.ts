import type { Cancel } from '../errors/index.ts';
import { inputName, order, type Graph } from '../graph/index.ts';
import { compile, type Feeds, type Program, type Runtime } from '../runtime/index.ts';
import type { Tensor } from '../tensor/index.ts';

/** Graphs on a runtime, by name: each is built and compiled when it is first needed. */
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
}

async function compileGraph(runtime: Runtime, graph: Graph): Promise<Compiled> {
  const inputs = new Set(order(graph).flatMap((value) => inputName(value) ?? []));
  return { program: await compile(runtime, graph), inputs };
}

/** `rewrite`: makes another graph of each that computes the same. */
export function createPrograms(runtime: Runtime, rewrite: (graph: Graph) => Graph = (graph) => graph): Programs {
  const compiled = new Map<string, Promise<Compiled>>();
  const get = (name: string, graph: () => Graph): Promise<Compiled> => {
    const known = compiled.get(name);
    if (known) return known;
    const fresh = compileGraph(runtime, rewrite(graph()));
    compiled.set(name, fresh);
    // What failed, for want of memory or disk, may work the next time.
    fresh.catch(() => {
      if (compiled.get(name) === fresh) compiled.delete(name);
    });
    return fresh;
  };
  return {
    async run(name, graph, feeds, cancel) {
      const { program, inputs } = await get(name, graph);
      return program.run(Object.fromEntries(Object.entries(feeds).filter(([key]) => inputs.has(key))), cancel);
    },
    async prepare(name, graph) {
      await get(name, graph);
    },
    async release() {
      const all = [...compiled.values()];
      compiled.clear();
      for (const one of await Promise.allSettled(all))
        if (one.status === 'fulfilled') await one.value.program.release();
    },
  };
}
