import type { ModelHashes } from '@graft/core/formats';
import type { LibraryEntry, LibraryKind } from '../../library/entry.ts';
import { entriesOf, findAll, findEntry } from '../../library/find.ts';
import type { Library } from '../../library.ts';

/** Checksums that files of a fake library may have. */
export const SUM: { readonly a: string; readonly b: string } = {
  a: 'a742a120f6'.padEnd(64, '0'),
  b: '8a8b4d3a45'.padEnd(64, '0'),
};

export interface FakeFile {
  readonly folder?: string;
  readonly stem: string;
  /** SHA-256. */
  readonly sum: string;
  /** Its checksums are known before anybody asks. */
  readonly known?: boolean;
  /** What its metadata claim. */
  readonly claimed?: string;
}

/** A library of files that are not there. `read`: stems of those that were hashed. */
export function fakeLibrary(
  kind: LibraryKind,
  files: readonly FakeFile[],
): Pick<Library, 'entries' | 'find' | 'findAll' | 'hashes'> & { readonly read: readonly string[] } {
  const sums = new Map<string, ModelHashes>();
  const entries = files.map(({ folder = '', stem, sum, known, claimed }) => {
    const path = `${folder}/${stem}.pt`;
    const hashes = { sha256: sum, autov2: sum.slice(0, 10) } as ModelHashes;
    sums.set(path, hashes);
    return {
      path,
      file: path.slice(1),
      stem,
      name: stem,
      kind,
      claimedHash: claimed,
      hashes: known === true ? hashes : undefined,
    } as LibraryEntry;
  });
  const read: string[] = [];
  return {
    read,
    entries: (wanted) => (wanted === undefined ? entries : entriesOf(wanted, entries)),
    find: (wanted, name) => findEntry(wanted, name, entries),
    findAll: (wanted, name) => findAll(wanted, name, entries),
    async hashes({ path, stem, hashes }) {
      if (hashes === undefined && !read.includes(stem)) read.push(stem);
      return sums.get(path)!;
    },
  };
}
