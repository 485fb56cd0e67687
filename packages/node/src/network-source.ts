import { basename, extname } from 'node:path';
import { openAdapter, type Adapter, type Family } from '@graft/core/adapters';
import { openHypernetwork, type Hypernetwork } from '@graft/core/adapters/hypernetwork';
import { EMBEDDING_HINT, openEmbedding } from '@graft/core/adapters/textual-inversion';
import { FormatError, type Cancel } from '@graft/core/errors';
import { hashModel, SHORT_DIGITS } from '@graft/core/formats';
import type { ImageCodec } from '@graft/core/image';
import { describeModel } from '@graft/core/models';
import type { FoundNetwork, ListedEmbedding, NetworkSource } from '@graft/core/pipeline';
import { adapterIn, adapterName, peftConfigOf } from './adapter-folder.ts';
import { fileSource } from './files.ts';
import { nodeHashers } from './hashes.ts';
import type { Library } from './library.ts';
import type { LibraryEntry, LibraryKind } from './library/entry.ts';
import { shownNames } from './library/shown-names.ts';
import { fileNamed, type LocalModels } from './model-source.ts';
import type { OpenedModelFile } from './models.ts';

export interface LocalNetworksOptions {
  readonly library: Library;
  /** Opens files, and closes them. */
  readonly files: Pick<LocalModels, 'file'>;
  /** Reads embeddings in pictures. */
  readonly codec: Pick<ImageCodec, 'decode'>;
  /** Files beside the library: paths by the names that prompts use, which come before the library's. */
  readonly adapters?: ReadonlyMap<string, string>;
  readonly hypernetworks?: ReadonlyMap<string, string>;
  readonly embeddings?: ReadonlyMap<string, string>;
  /** The families that adapter files are looked through for; the built-in ones if absent. */
  readonly families?: readonly Family[] | undefined;
  /** Stops hashing. */
  readonly cancel?: Cancel | undefined;
}

/** A file that a name or path means. */
interface Place {
  readonly path: string;
  readonly name: string;
  /** Things the user should know. */
  readonly notes?: readonly string[];
}

/** Networks out of the library and files beside it; each is opened once. What a file is, its content tells. */
export function localNetworks(options: LocalNetworksOptions): NetworkSource {
  const { library, files, codec, cancel } = options;
  const adapters = new Map<string, Promise<FoundNetwork<Adapter>>>();
  const hypernetworks = new Map<string, Promise<FoundNetwork<Hypernetwork>>>();

  const find = (kind: LibraryKind, name: string, beside: ReadonlyMap<string, string> | undefined): Place => {
    const path = beside?.get(name) ?? (kind === 'adapter' ? adapterNamed(name) : fileNamed(name));
    if (path !== undefined) return { path, name: beside?.has(name) === true ? name : adapterName(path) };
    const entry = library.find(kind, name);
    return { path: entry.path, name: entry.stem, notes: twins(entry, library.findAll(kind, name), library) };
  };
  const hashes = (path: string): ReturnType<typeof hashFile> => {
    const entry = library.entries().find((one) => one.path === path);
    return entry ? library.hashes(entry, { cancel }) : hashFile(path, cancel);
  };
  const embedding = (name: string, path: string, wanted = false): ListedEmbedding => ({
    name,
    wanted,
    async open() {
      const source = await fileSource(path);
      try {
        const opened = await openEmbedding(source, codec);
        if (opened) return { ...opened, name };
        throw new FormatError('not-a-model', source.name, 'is a picture without an embedding in it', {
          hint: EMBEDDING_HINT,
        });
      } finally {
        await source.close();
      }
    },
    hash: async () => (await hashes(path)).sha256.slice(0, SHORT_DIGITS),
  });

  return {
    async adapter(name) {
      const place = find('adapter', name, options.adapters);
      return once(adapters, place.path, async () => {
        const opened = await files.file(place.path);
        const config = await peftConfigOf(place.path);
        const network = await openAdapter(opened, { config, later: true, families: options.families });
        const { bases, also = [] } = describeModel(opened.file);
        return {
          name: place.name,
          network,
          bases: [...bases, ...also],
          hash: () => adapterHash(opened, place.path),
          notes: place.notes ?? [],
        };
      });
    },
    async hypernetwork(name) {
      const place = find('hypernetwork', name, options.hypernetworks);
      return once(hypernetworks, place.path, async () => {
        const opened = await files.file(place.path);
        const hash = async (): Promise<string> => (await hashes(place.path)).sha256.slice(0, SHORT_DIGITS);
        return {
          name: place.name,
          network: openHypernetwork(opened, place.name),
          bases: [],
          hash,
          notes: place.notes ?? [],
        };
      });
    },
    async embeddings() {
      const listed = [...brokenOnes(library), ...ordered(library)].map(({ name, path }) => embedding(name, path));
      return [...listed, ...[...(options.embeddings ?? [])].map(([name, path]) => embedding(name, path, true))];
    },
  };

  /** What the training wrote, else that of the tensors alone, else that of the file (A1111). */
  async function adapterHash({ file }: OpenedModelFile, path: string): Promise<string> {
    const told = file.metadata.get('sshs_model_hash');
    if (told !== undefined && told !== '') return told.slice(0, SHORT_DIGITS);
    const { autov3, sha256 } = await hashes(path);
    return (autov3 ?? sha256).slice(0, SHORT_DIGITS);
  }
}

/** What to tell where several files have the name of the one that is taken. */
function twins(taken: LibraryEntry, found: readonly LibraryEntry[], library: Library): string[] {
  const others = found.filter(({ path, stem }) => stem === taken.stem && path !== taken.path);
  if (others.length === 0) return [];
  const names = shownNames(others, library);
  const shown = others.map(({ path }, i) => (names[i] === path ? path : `${path} (called ${names[i]!})`));
  return [
    `${others.length + 1} files are called "${taken.stem}": ${taken.path} is taken, and not ${shown.join(', ')}.`,
  ];
}

/** What cannot be read in the folders for embeddings. Pictures without one only show what others make. */
function brokenOnes(library: Library): readonly LibraryEntry[] {
  return library
    .entries()
    .filter(({ kind, usual, what }) => kind === undefined && usual === 'embedding' && what !== 'picture');
}

/** The embeddings of a library; of those with one name the one that it finds comes last. */
function ordered(library: Library): readonly LibraryEntry[] {
  const byName = new Map<string, LibraryEntry[]>();
  for (const entry of library.entries('embedding')) byName.set(entry.name, [...(byName.get(entry.name) ?? []), entry]);
  return [...byName].flatMap(([name, entries]) =>
    entries.length === 1
      ? entries
      : library
          .findAll('embedding', name)
          .filter((one) => one.name === name)
          .toReversed(),
  );
}

/** The adapter's file that a path means, of a folder the one in it; undefined for names to look up. Throws SdError `file`. */
export function adapterNamed(name: string): string | undefined {
  const path = fileNamed(name);
  return adapterIn(path ?? name) ?? path;
}

/** A file's name without its last extension. */
export function stemOf(path: string): string {
  return basename(path, extname(path));
}

async function once<T>(known: Map<string, Promise<T>>, path: string, open: () => Promise<T>): Promise<T> {
  const one = known.get(path) ?? open();
  known.set(path, one);
  // A file that could not be opened may be another one the next time.
  one.catch(() => known.delete(path));
  return one;
}

async function hashFile(path: string, cancel: Cancel | undefined): ReturnType<typeof hashModel> {
  const source = await fileSource(path);
  try {
    return await hashModel(source, nodeHashers, { cancel });
  } finally {
    await source.close();
  }
}
