import type { ModelFile } from '../../formats/index.ts';

/** The names and shapes of a file's tensors, for questions. */
export interface Keys {
  readonly names: readonly string[];
  has(name: string): boolean;
  /** Whether any name begins so. */
  under(prefix: string): boolean;
  /** Size of an axis, undefined when there is no such tensor or axis. */
  size(name: string, axis: number): number | undefined;
  shape(name: string): readonly number[] | undefined;
}

export function keysOf({ tensors }: ModelFile): Keys {
  const names = [...tensors.keys()];
  const shape = (name: string): readonly number[] | undefined => tensors.get(name)?.shape;
  return {
    names,
    has: (name) => tensors.has(name),
    under: (prefix) => names.some((name) => name.startsWith(prefix)),
    size: (name, axis) => shape(name)?.[axis],
    shape,
  };
}
