import { AdapterError } from '../errors/index.ts';
import { constant, type Value } from '../graph/index.ts';
import type { Tensor } from '../tensor/index.ts';
import type { Part, Parts } from './adapter.ts';

/**
 * The parts of one layer by canonical name. `claim` is told the key of each part that a family takes.
 * `file`: the adapter's name for messages.
 */
export function createParts(
  file: string,
  module: string,
  parts: ReadonlyMap<string, Part>,
  claim: (key: string) => void = () => {},
): Parts {
  const get = (name: string): Part | undefined => {
    const part = parts.get(name);
    if (part) claim(part.key);
    return part;
  };
  return {
    file,
    module,
    shapes: new Map([...parts].map(([name, { shape }]) => [name, shape])),
    has: (name) => parts.has(name),
    get,
    need(name) {
      const part = get(name);
      if (part) return part;
      const key = `${module}.${name}`;
      const beside = [...parts.values()].map((other) => other.key).join(', ');
      throw new AdapterError(file, `has no ${key}, only ${beside}`, {
        key,
        hint: 'The file is incomplete; get it again.',
      });
    },
    number(name) {
      const part = get(name);
      if (!part) return undefined;
      if (part.data?.length === 1) return part.data[0];
      throw new AdapterError(file, `${part.key} is [${part.shape.join(', ')}], not one number`, {
        key: part.key,
        hint: 'The file is damaged; get it again.',
      });
    },
  };
}

/** Tensors of so few elements are known by their numbers. */
export const FEW = 16;

/** Host tensors as the parts of a layer. `leaf` makes what stands for a tensor in graphs: a constant if absent, an input in training. */
export function hostParts(
  module: string,
  tensors: ReadonlyMap<string, Tensor>,
  leaf: (key: string, tensor: Tensor) => Value = (_, { data, shape }) => constant(data, shape),
): ReadonlyMap<string, Part> {
  return new Map(
    [...tensors].map(([part, tensor]) => {
      const key = `${module}.${part}`;
      const { data, shape } = tensor;
      return [part, { key, shape, value: leaf(key, tensor), ...(data.length <= FEW ? { data } : {}) }];
    }),
  );
}
