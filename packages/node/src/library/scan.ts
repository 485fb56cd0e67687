import { realpathSync, type Stats } from 'node:fs';
import { lstat, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { openEmbedding, stemOf } from '@graft/core/adapters/textual-inversion';
import { FormatError, SdError } from '@graft/core/errors';
import { imageType, openModelFile, type ModelFile } from '@graft/core/formats';
import { asCheckpoint, describeModel, drawsText, weightRefs, withArticle } from '@graft/core/models';
import { adapterName, isNamedByFolder } from '../adapter-folder.ts';
import { DIFFUSERS_INDEX, diffusersName } from '../diffusers-folder.ts';
import { foreignKind, type ForeignFamilies } from '../extension/foreign-family.ts';
import { fileSource, type FileSource } from '../files.ts';
import { nodeHashers } from '../hashes.ts';
import { imageCodec } from '../images.ts';
import { openModel } from '../models.ts';
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
  /** A diffusers folder: its size is that of its weights. */
  readonly isFolder?: boolean;
  /** A link to what is not there; its size is its own. */
  readonly isDangling?: boolean;
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
    const names: string[] = await readdir(path).catch(() => []);
    if (below !== '' && names.includes(DIFFUSERS_INDEX)) {
      found.push({ path, file: below.slice(0, -1), folder, isFolder: true, ...(await folderStats(path, names)) });
      return;
    }
    const shown = names.filter((name) => !name.startsWith('.')).toSorted(naturalOrder);
    const stats = await Promise.all(shown.map((name) => stat(join(path, name)).catch(() => undefined)));
    const folders: string[] = [];
    for (const [i, name] of shown.entries()) {
      const info = stats[i];
      if (info?.isDirectory() === true) folders.push(name);
      else if (folder.wants(name))
        found.push(...(await fileAt(join(path, name), { info, file: below + name, folder })));
    }
    for (const name of folders) await walk(join(path, name), `${below}${name}/`, folder);
  }
}

/** A file, or a link that leads nowhere; nothing for pipes and the like. */
async function fileAt(
  path: string,
  { info, ...more }: Pick<FoundFile, 'file' | 'folder'> & { readonly info: Stats | undefined },
): Promise<FoundFile[]> {
  if (info !== undefined) return info.isFile() ? [{ path, ...more, size: info.size, changed: info.mtimeMs }] : [];
  const link = await lstat(path).catch(() => undefined);
  if (link?.isSymbolicLink() !== true) return [];
  return [{ path, ...more, isDangling: true, size: link.size, changed: link.mtimeMs }];
}

/** Weights of a diffusers folder lie so deep. */
const PARTS_DEEP = 1;

/** Bytes of all files of a diffusers folder, and when the newest was changed. */
async function folderStats(
  path: string,
  names: readonly string[],
  deep = PARTS_DEEP,
): Promise<{ readonly size: number; readonly changed: number }> {
  let [size, changed] = [0, 0];
  for (const name of names) {
    const inner = join(path, name);
    const info = await stat(inner).catch(() => undefined);
    if (info?.isFile() === true) {
      size += info.size;
      changed = Math.max(changed, info.mtimeMs);
    } else if (info?.isDirectory() === true && deep > 0) {
      const below = await folderStats(inner, await readdir(inner).catch(() => []), deep - 1);
      size += below.size;
      changed = Math.max(changed, below.changed);
    }
  }
  return { size, changed };
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
export async function readFacts(
  { path, folder, size, changed, isFolder, isDangling }: FoundFile,
  families: ForeignFamilies = [],
): Promise<FileFacts> {
  const facts = { size, changed, hashes: undefined };
  if (isFolder === true) return { ...facts, ...(await folderFacts(path)) };
  if (isDangling === true)
    return {
      ...facts,
      ...NOTHING,
      what: 'link',
      problem: 'is a link to a file that is not there',
      cause: { code: 'file', hint: 'Put the file where the link leads, or remove the link.' },
    };
  let source: FileSource | undefined;
  try {
    source = await fileSource(path);
    const head = await source.read(0, Math.min(32, size));
    if (imageType(head) !== undefined) return { ...facts, ...(await pictureFacts(source)) };
    const file = await openModelFile(source);
    return { ...facts, ...(await modelFacts(file, source, folder)), ...foreignFacts(file, families) };
  } catch (error) {
    if (!(error instanceof SdError)) throw error;
    return { ...facts, ...NOTHING, what: 'unreadable file', ...problemOf(error) };
  } finally {
    await source?.close();
  }
}

/** What an error says of a file, without its name: entries have that. */
function problemOf(error: SdError): Pick<Content, 'problem' | 'cause'> {
  const { at, message, code, hint } = error;
  const fault = error instanceof FormatError ? error.fault : undefined;
  return { problem: at === undefined ? message : message.slice(`${at}: `.length), cause: { code, fault, hint } };
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

/** What the networks of a diffusers folder are together. */
async function folderFacts(path: string): Promise<Content> {
  try {
    const model = await openModel(path);
    await model.close();
    const { kind, what, bases } = describeModel(model.file);
    const usable = kind === 'checkpoint' || kind === 'unet' ? 'checkpoint' : undefined;
    const problem = usable ? undefined : `is ${withArticle(what)}, which Graft does not use`;
    const more = usable ? { drawsText: drawsText(model) } : {};
    return { ...NOTHING, kind: usable, what: `${what} (diffusers folder)`, bases, problem, ...more };
  } catch (error) {
    if (!(error instanceof SdError)) throw error;
    return { ...NOTHING, what: 'diffusers folder', ...problemOf(error) };
  }
}

/** Bases by the width of an embedding in a picture. */
async function pictureFacts(source: FileSource): Promise<Content> {
  const embedding = await openEmbedding(source, imageCodec());
  if (embedding === undefined)
    return { ...NOTHING, what: 'picture', problem: 'is a picture without an embedding in it' };
  const bases = embedding.width === 768 ? (['SD1'] as const) : embedding.width === 1024 ? (['SD2'] as const) : [];
  return { ...NOTHING, kind: 'embedding', what: 'embedding in a picture', inner: embedding.name, bases };
}

async function modelFacts(file: ModelFile, source: FileSource, folder: LibraryFolder): Promise<Content> {
  const { kind, what, bases, also } = describeModel(file);
  const usable = kind === 'unsupported' || kind === 'unknown' ? undefined : kind;
  const known = usable ?? (kind === 'unknown' ? folder.fallback : undefined);
  return {
    ...NOTHING,
    kind: known,
    what,
    bases,
    also,
    alias: file.metadata.get('ss_output_name'),
    claimedHash: file.metadata.get('sshs_model_hash'),
    ...(usable === 'checkpoint'
      ? { drawsText: drawsText(asCheckpoint({ file, weights: weightRefs(file, source) })) }
      : {}),
    oldHash: usable === 'checkpoint' || usable === 'unet' ? await oldHash(source) : undefined,
    problem: known === undefined ? `is ${withArticle(what)}, which Graft does not use` : undefined,
  };
}

/** What an extension's family says of a file that has parts of it; nothing of others. */
function foreignFacts(file: ModelFile, families: ForeignFamilies): Partial<Content> {
  const own = foreignKind(file, families);
  return own ? { ...own, problem: undefined } : {};
}

async function oldHash(source: FileSource): Promise<string> {
  const hash = nodeHashers.sha256();
  hash.update(await source.read(Math.min(OLD_HASH.start, source.size), Math.min(OLD_HASH.end, source.size)));
  return hash.digest().slice(0, OLD_HASH.digits);
}

/** A file under its names. */
export function entryOf(
  { path, file, folder, isFolder }: Pick<FoundFile, 'path' | 'file' | 'folder' | 'isFolder'>,
  { inner, family: _, ...facts }: FileFacts,
): LibraryEntry {
  const isAdapter = facts.kind === 'adapter' || (facts.kind === undefined && folder.usual === 'adapter');
  const isByFolder = isAdapter && isFolder !== true && file.includes('/') && isNamedByFolder(path);
  const stem = isFolder === true ? diffusersName(path) : isByFolder ? adapterName(path) : stemOf(basename(path));
  const names = { path, file, stem, name: inner ?? stem, usual: folder.usual };
  return { ...names, ...(isFolder === true ? { isFolder } : {}), ...(isByFolder ? { isByFolder } : {}), ...facts };
}
