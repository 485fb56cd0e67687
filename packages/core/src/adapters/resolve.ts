import { numberedModules, resolveModule, type Component, type Module, type NameTable } from '../models/names/index.ts';
import type { Adapter } from './open.ts';

/** Finds the layer that an adapter's module means; undefined: the model has no such layer. */
export type Resolver = (module: string) => Module | undefined;

const NUMBERED = /^(unet|text_encoder):(\d+)$/;
const COMPONENT: Readonly<Record<string, Component>> = { unet: 'unet', text_encoder: 'te1' };

/** The layers of a model for the modules of an adapter, in any spelling; the first LoRA format's numbers too. */
export function adapterResolver(adapter: Pick<Adapter, 'metadata'>, names: NameTable): Resolver {
  const orders = new Map<string, readonly Module[]>();
  const order = (component: string): readonly Module[] => {
    const known =
      orders.get(component) ??
      numberedModules(COMPONENT[component]!, names, classesOf(adapter.metadata.get(component)));
    orders.set(component, known);
    return known;
  };
  return (module) => {
    const [, component, index] = NUMBERED.exec(module) ?? [];
    return component === undefined ? resolveModule(module, names) : order(component)[Number(index)];
  };
}

/** The classes that a trainer was told to look for: a JSON list of names. */
function classesOf(text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined;
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) && list.length > 0 && list.every((item) => typeof item === 'string') ? list : undefined;
  } catch {
    return undefined;
  }
}
