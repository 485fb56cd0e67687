import { RequestError } from '@graft/core/errors';
import type { Library } from '../library.ts';
import type { LibraryEntry, LibraryKind } from './entry.ts';
import { namesOf, withoutExtension } from './find.ts';

/** Kinds that are looked up as another, in whose place they serve. */
const LOOKED_UP_AS: Readonly<Partial<Record<LibraryKind, LibraryKind>>> = { unet: 'checkpoint', clip: 'text-encoder' };

function lookedUpAs(kind: LibraryKind): LibraryKind {
  return LOOKED_UP_AS[kind] ?? kind;
}

/**
 * What each of some entries is called, in their order: a name by which the library finds that very file. Where several have one name it is
 * the path below the folder of the kind, with the extension where that is needed to tell files apart, or else the whole path. No word of a
 * prompt leads to the others of several embeddings with one name: they are called by their paths, as options can have them.
 */
export function shownNames(entries: readonly LibraryEntry[], library: Pick<Library, 'entries' | 'find'>): string[] {
  const claims = new Map<LibraryKind, Map<string, number>>();
  for (const entry of library.entries()) {
    if (entry.kind === undefined) continue;
    const own = claims.get(lookedUpAs(entry.kind)) ?? new Map<string, number>();
    claims.set(lookedUpAs(entry.kind), own);
    for (const name of new Set([...namesOf(entry), fileKey(entry)])) own.set(name, (own.get(name) ?? 0) + 1);
  }
  return entries.map((entry) => {
    const { path, name, kind } = entry;
    if (kind === undefined) return name;
    const as = lookedUpAs(kind);
    const isOwn = (text: string): boolean => claims.get(as)?.get(text) === 1;
    if (isOwn(name)) return name;
    return waysTo(entry, isOwn).find((way) => pathOf(as, way, library) === path) ?? path;
  });
}

/** Stands for the path below the folder of the kind: what is one file's path may be another's name. */
function fileKey({ file }: LibraryEntry): string {
  return `\0${file}`;
}

/** Names that tell an entry from others of its name, the shortest first. */
function waysTo(entry: LibraryEntry, isOwn: (name: string) => boolean): string[] {
  const { file, name, kind, isByFolder } = entry;
  if (kind === 'embedding') return [name];
  const folder = isByFolder === true ? [file.slice(0, file.lastIndexOf('/'))] : [];
  return [...[...folder, withoutExtension(file)].filter(isOwn), ...(isOwn(fileKey(entry)) ? [file] : [])];
}

/** The file that a name leads to; undefined where it leads to none or to none for sure. */
function pathOf(kind: LibraryKind, name: string, library: Pick<Library, 'find'>): string | undefined {
  try {
    return library.find(kind, name).path;
  } catch (error) {
    if (error instanceof RequestError) return undefined;
    throw error;
  }
}
