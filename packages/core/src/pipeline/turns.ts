/** Starts work that blocks its thread at first, when it is its turn. Throws what the work throws. */
export type Turns = <T>(work: () => Promise<T>) => Promise<T>;

/** One after the other, with a pause between; nobody waits for another's end. */
export function createTurns(pause: () => Promise<void> | undefined): Turns {
  let turn: Promise<unknown> = Promise.resolve();
  return (work) => {
    const begun = turn.then(work);
    turn = turn.then(pause);
    return begun;
  };
}
