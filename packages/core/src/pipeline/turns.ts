import type { Runtime } from '../runtime/index.ts';

/** Starts work that blocks its thread at first, when it is its turn. Throws what the work throws. */
export type Turns = <T>(work: () => Promise<T>) => Promise<T>;

const all = new WeakMap<Runtime, Turns>();

/** The turns of a runtime: programs of all its models are compiled by one thread. */
export function turnsOf(runtime: Runtime): Turns {
  const known = all.get(runtime) ?? createTurns(() => runtime.pause?.());
  all.set(runtime, known);
  return known;
}

/** One after the other, with a pause between; nobody waits for another's end. */
export function createTurns(pause: () => Promise<void> | undefined): Turns {
  let turn: Promise<unknown> = Promise.resolve();
  return (work) => {
    const begun = turn.then(work);
    turn = turn.then(pause);
    return begun;
  };
}
