import { ModelError } from '../errors/index.ts';
import { weight as storedWeight, type Value, type WeightRef } from '../graph/index.ts';

/** A place in a network's tree of names, from which its layers take their weights. */
export interface Scope {
  /** Full name of this place, such as `input_blocks.1.0`. */
  readonly path: string;
  /** The place below, by a name or a dotted path. */
  at(path: string | number): Scope;
  /**
   * The only door through which a weight enters a graph. Throws ModelError when the file has no such tensor
   * or one of another shape.
   */
  weight(name: string, shape: readonly number[]): Value;
  /** A weight that a layer does without where there is none: the file's own, else what the door adds. */
  added(name: string, shape: readonly number[]): Value | undefined;
  /** Shape of a tensor below, or undefined where there is none. */
  shapeOf(name: string): readonly number[] | undefined;
}

/** Stands at the door of a network's weights. */
export interface Door {
  /** Gets a weight's full name and the stored weight, gives what the network shall use. */
  (name: string, base: Value): Value;
  /** The bias of a layer that has none in the file, by its full name. */
  readonly added?: (name: string) => Value | undefined;
}

export interface ScopeOptions {
  /** The model's name for messages. */
  readonly model: string;
  /** Put before each name when looking it up, such as `model.diffusion_model.`. */
  readonly prefix?: string;
  readonly door?: Door;
}

/** The root of a network's names over the stored tensors of a file. */
export function createScope(weights: ReadonlyMap<string, WeightRef>, options: ScopeOptions): Scope {
  const { model, prefix = '', door } = options;
  const scopeAt = (path: string): Scope => ({
    path,
    at: (below) => scopeAt(path === '' ? String(below) : `${path}.${below}`),
    weight(name, shape) {
      const full = path === '' ? name : `${path}.${name}`;
      const ref = weights.get(prefix + full);
      if (!ref) {
        throw new ModelError(model, `has no tensor ${prefix}${full}`, {
          hint: 'The file is incomplete or of another architecture.',
        });
      }
      if (ref.shape.length !== shape.length || ref.shape.some((size, i) => size !== shape[i])) {
        throw new ModelError(
          model,
          `${prefix}${full} is [${ref.shape.join(', ')}], but [${shape.join(', ')}] is needed here`,
          {
            hint: 'The file mixes parts of different architectures.',
          },
        );
      }
      const base = storedWeight(ref);
      return door ? door(full, base) : base;
    },
    added(name, shape) {
      const full = path === '' ? name : `${path}.${name}`;
      return weights.has(prefix + full) ? this.weight(name, shape) : door?.added?.(full);
    },
    shapeOf: (name) => weights.get(prefix + (path === '' ? name : `${path}.${name}`))?.shape,
  });
  return scopeAt('');
}
