import type { AdaptedNetworks, AdaptOptions, Adapting } from './adapted-model.ts';
import type { PromptNetworks } from './extra-networks.ts';
import { isScheduled, strengthsAt } from '../adapters/index.ts';

/** Sets of networks whose programs stay loaded: those of the two passes of a request. */
const KEPT = 2;

/** Keeps what was last adapted: requests with the same networks, however they come to them, share it. */
export function keepAdapted(adapting: Adapting): Adapting & { release(): Promise<void> } {
  const ids = new WeakMap<object, number>();
  let next = 0;
  const idOf = (one: object): number => {
    const id = ids.get(one) ?? next++;
    ids.set(one, id);
    return id;
  };
  const keyOf = ({ adapters, hypernetworks }: PromptNetworks, { pass, tiling, merge = false }: AdaptOptions): string =>
    JSON.stringify([
      tiling,
      merge,
      adapters.some(({ tag }) => isScheduled(tag)) ? pass : null,
      adapters.map(({ found, tag }) => [
        idOf(found.network),
        isScheduled(tag)
          ? { ...tag, name: '' }
          : { ...strengthsAt(tag, { step: 0, ...pass }), dyn: tag.dyn, blocks: tag.blocks, elements: tag.elements },
      ]),
      hypernetworks.map(({ found, strength }) => [idOf(found.network), strength]),
    ]);
  const kept = new Map<string, Promise<AdaptedNetworks>>();
  const drop = async (key: string): Promise<void> => {
    const one = kept.get(key);
    kept.delete(key);
    await one?.then(
      ({ networks }) => networks.release(),
      () => undefined,
    );
  };
  return {
    async adapt(networks, options) {
      const key = keyOf(networks, options);
      const known = kept.get(key) ?? adapting.adapt(networks, options);
      // The last used is the last dropped.
      kept.delete(key);
      kept.set(key, known);
      known.catch(() => {
        if (kept.get(key) === known) kept.delete(key);
      });
      for (const old of [...kept.keys()].slice(0, -KEPT)) await drop(old);
      return known;
    },
    async release() {
      for (const key of [...kept.keys()]) await drop(key);
    },
  };
}
