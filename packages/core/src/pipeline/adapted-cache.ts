import type { AdaptedNetworks, AdaptOptions, Adapting, OpenedAdapters } from './adapted-model.ts';
import type { PromptNetworks } from './extra-networks.ts';
import { strengthsAt } from '../adapters/index.ts';

/** Sets of networks whose programs stay loaded: those of the two passes of a request. */
const KEPT = 2;

/** Puts networks on a model for a pass. */
export interface KeptAdapting {
  adapt(networks: PromptNetworks, options: AdaptOptions): Promise<AdaptedNetworks>;
  release(): Promise<void>;
}

/**
 * Keeps what was last opened: requests with the same networks, however they come to them, share it; in live mode whatever their strengths.
 */
export function keepAdapted(adapting: Adapting): KeptAdapting {
  const ids = new WeakMap<object, number>();
  let next = 0;
  const idOf = (one: object): number => {
    const id = ids.get(one) ?? next++;
    ids.set(one, id);
    return id;
  };
  const keyOf = ({ adapters, hypernetworks }: PromptNetworks, { pass, tiling, mode }: AdaptOptions): string =>
    JSON.stringify([
      tiling,
      mode,
      adapters.map(({ found, tag }) => {
        const { name: _, te: __, unet: ___, hires: ____, range: _____, ...rest } = tag;
        return [idOf(found.network), rest, mode === 'merged' ? strengthsAt(tag, { step: 0, ...pass }) : null];
      }),
      hypernetworks.map(({ found, strength }) => [idOf(found.network), strength]),
    ]);
  const kept = new Map<string, Promise<OpenedAdapters>>();
  const drop = async (key: string): Promise<void> => {
    const one = kept.get(key);
    kept.delete(key);
    await one?.then(
      (opened) => opened.release(),
      () => undefined,
    );
  };
  return {
    async adapt(networks, options) {
      const key = keyOf(networks, options);
      const known = kept.get(key) ?? adapting.open(networks, options);
      // The last used is the last dropped.
      kept.delete(key);
      kept.set(key, known);
      known.catch(() => {
        if (kept.get(key) === known) kept.delete(key);
      });
      for (const old of [...kept.keys()].slice(0, -KEPT)) await drop(old);
      return (await known).at(networks, options.pass);
    },
    async release() {
      for (const key of [...kept.keys()]) await drop(key);
    },
  };
}
