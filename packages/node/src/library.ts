import { dirname, join, resolve, sep } from 'node:path';
import type { Cancel } from '@graft/core/errors';
import { hashModel, type ModelHashes } from '@graft/core/formats';
import type { ForeignFamilies } from './extension/foreign-family.ts';
import { fileSource } from './files.ts';
import { nodeHashers } from './hashes.ts';
import { chooseVae, type VaeWish } from './library/choose-vae.ts';
import { emptyRoot, emptyRootHint } from './library/empty-root.ts';
import type { FileFacts, LibraryEntry, LibraryKind } from './library/entry.ts';
import { entriesOf, findAll, findEntry } from './library/find.ts';
import { readIndex, writeIndex } from './library/index-file.ts';
import { entryOf, findFiles, readFacts, type FoundFile } from './library/scan.ts';
import { cacheRoot, makeFolder } from './runtime/cache.ts';

export interface LibraryOptions {
  /** Webui folders (or the `models` folder in one): those that come first win where names meet. */
  readonly roots: readonly string[];
  /** Folder for what is known of files between runs; the system's place for caches if absent. */
  readonly cache?: string | undefined;
  /** Families of extensions: files with their parts are adapters. */
  readonly families?: ForeignFamilies;
}

/** The model files below some roots, in A1111's layout, told by their content. */
export interface Library {
  /** Every file, or those that can be used as a kind: root by root, folder by folder, in natural order. */
  entries(kind?: LibraryKind): readonly LibraryEntry[];
  /**
   * The file that a name means: path, file name, stem, alias of the training, hash that is known; for checkpoints by A1111's own
   * rules. Throws RequestError with the nearest names where there is none, and for a broken file what opening it throws.
   */
  find(kind: LibraryKind, name: string): LibraryEntry;
  /** All files that a name means, the one that `find` takes first. */
  findAll(kind: LibraryKind, name: string): readonly LibraryEntry[];
  /** The VAE for a checkpoint by A1111's rules; undefined for the checkpoint's own. */
  chooseVae(checkpoint: LibraryEntry, wish: VaeWish): Promise<LibraryEntry | undefined>;
  /** The checksums of a file, which is read as a whole once: afterwards they are known, and names of it. */
  hashes(entry: LibraryEntry, options?: { readonly cancel?: Cancel | undefined }): Promise<ModelHashes>;
  /** Looks at the folders again. */
  refresh(): Promise<void>;
}

/** Files that are looked into at the same time. */
const AT_ONCE = 16;

/**
 * Opens the library: looks at every folder, and into those files that are new or were changed. Never fails because of a
 * file: what is wrong with one is told by its entry.
 */
export async function openLibrary({ roots, cache, families = [] }: LibraryOptions): Promise<Library> {
  const index = join(cache ?? cacheRoot(), 'library.json');
  let known = await readIndex(index);
  let files: readonly FoundFile[] = [];
  let list: readonly LibraryEntry[] = [];
  const hashing = new Map<string, Promise<ModelHashes>>();

  const show = (): void => {
    list = files.map((file) => entryOf(file, known.get(file.path)!));
  };
  const keep = async (): Promise<void> => {
    try {
      makeFolder(dirname(index));
    } catch {
      // Without a place for it the folders are scanned anew each time.
    }
    await writeIndex(index, known);
  };
  /** Whether what is known of a file is what these families would tell. */
  const isTold = (facts: FileFacts | undefined): boolean =>
    facts?.family === undefined
      ? facts?.kind !== undefined || families.length === 0
      : families.some(({ name }) => name === facts.family);
  const refresh = async (): Promise<void> => {
    files = await findFiles(roots.map((root) => resolve(root)));
    const fresh = files.filter(({ path, ...file }) => {
      const facts = known.get(path);
      // What could not be read may be allowed by now, which changes neither size nor time.
      return !isCurrent(file, facts) || !isTold(facts) || facts?.cause?.code === 'file';
    });
    const read = await inTurns(fresh, async (file) => [file.path, await readFacts(file, families)] as const);
    // Files of other libraries stay known; those that are gone from these roots do not.
    const here = new Set(files.map(({ path }) => path));
    known = new Map([...[...known].filter(([path]) => here.has(path) || !isBelow(path, roots)), ...read]);
    show();
    if (fresh.length > 0) await keep();
  };
  await refresh();

  return {
    entries: (kind) => (kind === undefined ? list : entriesOf(kind, list)),
    find(kind, name) {
      const empty = emptyRoot(roots, list);
      return findEntry(kind, name, byPriority(list), empty === undefined ? undefined : emptyRootHint(empty));
    },
    findAll: (kind, name) => findAll(kind, name, byPriority(list)),
    chooseVae: (checkpoint, wish) => chooseVae(checkpoint, wish, list),
    async hashes(entry, options = {}) {
      const facts = known.get(entry.path);
      if (facts?.hashes !== undefined && isCurrent(entry, facts)) return facts.hashes;
      const running = hashing.get(entry.path) ?? hashFile(entry.path, options.cancel);
      hashing.set(entry.path, running);
      try {
        const hashes = await running;
        if (facts !== undefined && isCurrent(entry, facts)) {
          known.set(entry.path, { ...facts, hashes });
          show();
          await keep();
        }
        return hashes;
      } finally {
        hashing.delete(entry.path);
      }
    },
    refresh,
  };

  /** Of files with one name the last is taken: those of the first root go last. */
  function byPriority(entries: readonly LibraryEntry[]): readonly LibraryEntry[] {
    const rootOf = (path: string): number => roots.findIndex((root) => isBelow(path, [root]));
    return entries.toSorted((a, b) => rootOf(b.path) - rootOf(a.path));
  }
}

function isBelow(path: string, roots: readonly string[]): boolean {
  return roots.some((root) => path.startsWith(join(resolve(root), sep)));
}

function isCurrent(file: { readonly size: number; readonly changed: number }, facts: FileFacts | undefined): boolean {
  return facts !== undefined && facts.size === file.size && facts.changed === file.changed;
}

/** Throws SdError `file` for a folder: only files have checksums. */
async function hashFile(path: string, cancel: Cancel | undefined): Promise<ModelHashes> {
  const source = await fileSource(path);
  try {
    return await hashModel(source, nodeHashers, { cancel });
  } finally {
    await source.close();
  }
}

/** Works on all items, some at the same time, and gives the results in order. */
async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < items.length; i = next++) results[i] = await work(items[i]!);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker));
  return results;
}
