import { realpathSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { openEmbedding, stemOf } from '@graft/core/adapters/textual-inversion';
import { SdError } from '@graft/core/errors';
import { imageType, openModelFile, type ModelFile } from '@graft/core/formats';
import { describeModel } from '@graft/core/models';
import { fileSource, type FileSource } from '../files.ts';
import { nodeHashers } from '../hashes.ts';
import { imageCodec } from '../images.ts';
import type { FileFacts, LibraryEntry } from './entry.ts';
import { foldersOf, naturalOrder, type LibraryFolder } from './folders.ts';

/** A file that has been found and not looked into. */
export interface FoundFile {
  readonly path: string;
  /** Below the folder of its kind, with `/`. */
  readonly file: string;
  readonly folder: LibraryFolder;
  readonly size: number;
  readonly changed: number;
}

/** Folders in each other; a link to a folder above would go on for ever. */
const DEEPEST = 16;

/**
 * Every file of the library's folders below the roots, links followed, in A1111's order: folder by folder, names in natural
 * order. Folders that are not there, or may not be read, hold nothing.
 */
export async function findFiles(roots: readonly string[]): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  const seen = new Set<string>();
  for (const root of roots) for (const folder of foldersOf()) await walk(join(root, folder.path), '', folder);
  return found;

  async function walk(path: string, below: string, folder: LibraryFolder): Promise<void> {
    const real = realPath(path);
    if (real === undefined || seen.has(real) || below.split('/').length > DEEPEST) return;
    seen.add(real);
    const names = await readdir(path).catch(() => []);
    const shown = names.filter((name) => !name.startsWith('.')).toSorted(naturalOrder);
    const stats = await Promise.all(shown.map((name) => stat(join(path, name)).catch(() => undefined)));
    const folders: string[] = [];
    for (const [i, name] of shown.entries()) {
      const info = stats[i];
      if (info?.isDirectory() === true) folders.push(name);
      else if (info?.isFile() === true && info.size > 0 && folder.wants(name))
        found.push({ path: join(path, name), file: below + name, folder, size: info.size, changed: info.mtimeMs });
    }
    for (const name of folders) await walk(join(path, name), `${below}${name}/`, folder);
  }
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/** Where A1111's old model hash is taken from. */
const OLD_HASH = { start: 0x100000, end: 0x110000, digits: 8 } as const;

/** Looks into a file: its header, and of checkpoints 64 KiB for the old hash. What is wrong with it is a fact like others. */
export async function readFacts({ path, folder, size, changed }: FoundFile): Promise<FileFacts> {
  const facts = { size, changed, hashes: undefined };
  let source: FileSource | undefined;
  try {
    source = await fileSource(path);
    const head = await source.read(0, Math.min(32, size));
    if (imageType(head) !== undefined) return { ...facts, ...(await pictureFacts(source)) };
    const file = await openModelFile(source);
    return { ...facts, ...(await modelFacts(file, source, folder)) };
  } catch (error) {
    if (!(error instanceof SdError)) throw error;
    return { ...facts, ...NOTHING, what: 'unreadable file', problem: error.message };
  } finally {
    await source?.close();
  }
}

type Content = Omit<FileFacts, 'size' | 'changed' | 'hashes'>;

const NOTHING: Content = {
  alias: undefined,
  inner: undefined,
  kind: undefined,
  what: '',
  bases: [],
  oldHash: undefined,
  claimedHash: undefined,
  problem: undefined,
};

/** Bases by the width of an embedding in a picture. */
async function pictureFacts(source: FileSource): Promise<Content> {
  const embedding = await openEmbedding(source, imageCodec());
  if (embedding === undefined) return { ...NOTHING, what: 'picture' };
  const bases = embedding.width === 768 ? (['SD1'] as const) : embedding.width === 1024 ? (['SD2'] as const) : [];
  return { ...NOTHING, kind: 'embedding', what: 'embedding in a picture', inner: embedding.name, bases };
}

async function modelFacts(file: ModelFile, source: FileSource, folder: LibraryFolder): Promise<Content> {
  const { kind, what, bases } = describeModel(file);
  const usable = kind === 'unsupported' || kind === 'unknown' ? undefined : kind;
  const known = usable ?? (kind === 'unknown' ? folder.fallback : undefined);
  return {
    ...NOTHING,
    kind: known,
    what,
    bases,
    alias: file.metadata.get('ss_output_name'),
    claimedHash: file.metadata.get('sshs_model_hash'),
    oldHash: usable === 'checkpoint' || usable === 'unet' ? await oldHash(source) : undefined,
    problem: known === undefined ? `is ${what}, which Graft does not use` : undefined,
  };
}

async function oldHash(source: FileSource): Promise<string> {
  const hash = nodeHashers.sha256();
  hash.update(await source.read(Math.min(OLD_HASH.start, source.size), Math.min(OLD_HASH.end, source.size)));
  return hash.digest().slice(0, OLD_HASH.digits);
}

/** A file under its names. */
export function entryOf(
  { path, file }: Pick<FoundFile, 'path' | 'file'>,
  { inner, ...facts }: FileFacts,
): LibraryEntry {
  const stem = stemOf(basename(path));
  return { path, file, stem, name: inner ?? stem, ...facts };
}
