import { SdError, type Cancel } from '@graft/core/errors';
import type { Library } from '../../library.ts';
import type { LibraryEntry, LibraryKind } from '../../library/entry.ts';
import { hasHash } from '../../library/find.ts';

/** What the text of a picture says of a file that it was drawn with. */
export interface ToldFile {
  readonly name: string;
  /** Hexadecimal digits that its hash begins with. */
  readonly hash: string;
}

/** Where files are looked for. */
export interface RecallSources {
  readonly library: Pick<Library, 'entries' | 'find' | 'findAll' | 'hashes'>;
  readonly cancel?: Cancel | undefined;
}

export interface RecalledFile {
  /** The file with the hash, or else one of the name; undefined where there is neither. */
  readonly entry: LibraryEntry | undefined;
  /** What to tell where the file has another hash. */
  readonly note?: string;
}

/** Whether a text is a hash, and not too short to tell files apart. */
export function isHash(text: string): boolean {
  return /^[0-9a-f]{8,64}$/i.test(text);
}

/**
 * Finds the file that a picture was drawn with: one of its name with its hash, one with its hash, one of its name. Files are hashed only
 * where those before them are not it, and once for all. Throws AbortedError.
 */
export async function recallFile(
  kind: LibraryKind,
  { name, hash }: ToldFile,
  { library, cancel }: RecallSources,
): Promise<RecalledFile> {
  const named = namedEntries(kind, name, library);
  for (const entry of named) if (await isFile(entry)) return { entry };
  const others = library.entries(kind).filter(({ path }) => !named.some((one) => one.path === path));
  const known = others.find((entry) => hasHash(entry, hash));
  if (known !== undefined) return { entry: known };
  for (const entry of others) if (entry.hashes === undefined && (await isFile(entry))) return { entry };
  const [entry] = named;
  if (entry === undefined) return { entry };
  const own = await hashOf(entry);
  if (own === undefined) return { entry, note: `The picture's ${name} was ${hash}, this one is a folder of files.` };
  return { entry, note: `The picture's ${name} was ${hash}, ${thisOne(entry, name)} is ${own}.` };

  async function isFile(entry: LibraryEntry): Promise<boolean> {
    return hasHash(entry, hash) || hasHash({ ...entry, hashes: await hashesOf(entry) }, hash);
  }

  /** Undefined for what cannot be hashed: whoever uses it is told why. */
  async function hashesOf(entry: LibraryEntry): Promise<LibraryEntry['hashes']> {
    // A1111's hash is that of one file.
    if (entry.isFolder === true) return undefined;
    try {
      return await library.hashes(entry, { cancel });
    } catch (error) {
      if (error instanceof SdError && error.code === 'file') return undefined;
      throw error;
    }
  }

  /** What the text of a picture would have for a file. */
  async function hashOf(entry: LibraryEntry): Promise<string | undefined> {
    const hashes = await hashesOf(entry);
    const own = kind === 'adapter' ? entry.claimedHash || (hashes?.autov3 ?? hashes?.sha256) : hashes?.sha256;
    return own?.slice(0, hash.length);
  }
}

/** All files that a name means, the one that is taken first. */
function namedEntries(kind: LibraryKind, name: string, library: RecallSources['library']): LibraryEntry[] {
  try {
    const taken = library.find(kind, name);
    return [taken, ...library.findAll(kind, name).filter(({ path }) => path !== taken.path)];
  } catch (error) {
    // A broken file of the name may have a whole one beside it.
    if (error instanceof SdError) return [...library.findAll(kind, name)];
    throw error;
  }
}

function thisOne({ stem, name: own }: LibraryEntry, name: string): string {
  return stem === name || own === name ? 'this one' : `${stem}, which is taken in its place,`;
}
