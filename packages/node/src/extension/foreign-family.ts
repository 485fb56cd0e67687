import type { Family } from '@graft/core/adapters';
import type { ModelFile } from '@graft/core/formats';

/** Families of extensions, by which files are known besides those of Graft's own. */
export type ForeignFamilies = readonly Pick<Family, 'name' | 'parts'>[];

/** What a file is to an extension. */
export interface ForeignKind {
  readonly kind: 'adapter';
  readonly what: string;
  readonly family: string;
}

/** What a file is to the first family that has parts in it; undefined where none has. */
export function foreignKind(file: Pick<ModelFile, 'tensors'>, families: ForeignFamilies): ForeignKind | undefined {
  const names = [...file.tensors.keys()];
  const own = families.find(({ parts = [] }) => parts.some((part) => names.some((name) => name.endsWith(`.${part}`))));
  return own && { kind: 'adapter', what: `${own.name} adapter`, family: own.name };
}
