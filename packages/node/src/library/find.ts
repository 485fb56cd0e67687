import { basename } from 'node:path';
import { FormatError, ModelError, nearestHint, RequestError, SdError } from '@graft/core/errors';
import { printable, quoted } from '@graft/core/formats';
import { withArticle } from '@graft/core/models';
import type { LibraryEntry, LibraryKind } from './entry.ts';

/** What kinds are called in messages, and the field of a request that names one. */
const KINDS: Readonly<Record<LibraryKind, { readonly word: string; readonly field: string }>> = {
  checkpoint: { word: 'checkpoint', field: 'sd_model_checkpoint' },
  unet: { word: 'UNet', field: 'sd_model_checkpoint' },
  vae: { word: 'VAE', field: 'sd_vae' },
  'vae-approx': { word: 'small decoder', field: 'vae approx' },
  'text-encoder': { word: 'text encoder', field: 'text encoder' },
  clip: { word: 'CLIP model', field: 'clip' },
  adapter: { word: 'LoRA', field: 'lora' },
  embedding: { word: 'embedding', field: 'embedding' },
  'aesthetic-embedding': { word: 'aesthetic embedding', field: 'aesthetic embedding' },
  hypernetwork: { word: 'hypernetwork', field: 'hypernet' },
  controlnet: { word: 'ControlNet', field: 'controlnet' },
};

/** Kinds of which another may take the place. */
const ALSO: Readonly<Partial<Record<LibraryKind, readonly LibraryKind[]>>> = {
  checkpoint: ['unet'],
  'text-encoder': ['clip'],
};

/** The entries that can be used as a kind. */
export function entriesOf(kind: LibraryKind, entries: readonly LibraryEntry[]): LibraryEntry[] {
  return entries.filter(
    (entry) => entry.kind === kind || (entry.kind !== undefined && ALSO[kind]?.includes(entry.kind) === true),
  );
}

/** Names that a hint lists. */
const NAMES_SHOWN = 6;

/** Length of an old hash, and the lengths at which a new one is cut. */
const HASH = /^(?:[0-9a-f]{8}|[0-9a-f]{10}|[0-9a-f]{12}|[0-9a-f]{64})$/i;

/**
 * All entries that a name means, the one that A1111 takes first: of files with one name it knows the last. Names are the
 * file's path below its folder, its name, its stem, or else its alias, each without regard to case where none fits exactly, or else a
 * hash. All files of one training have its alias, and most often one of them its name.
 */
export function findAll(kind: LibraryKind, name: string, entries: readonly LibraryEntry[]): LibraryEntry[] {
  const usable = entriesOf(kind, entries);
  const wanted = name.trim().replaceAll('\\', '/');
  if (wanted === '') return [];
  const ways: readonly ((entry: LibraryEntry) => boolean)[] = [
    // Of files with one name in several folders, the one at the top has no other name that is its own.
    ({ path, file }) => path === wanted || file === wanted,
    // As it was written: backslashes and spaces at the ends are letters to some systems.
    (entry) => namesOf(entry).some((own) => own === wanted || own === name),
    (entry) => entry.alias === wanted,
    (entry) => namesOf(entry).some((own) => own.toLowerCase() === wanted.toLowerCase()),
    (entry) => isFileName(entry, wanted),
    (entry) => hasAlias(entry, wanted),
    (entry) => HASH.test(wanted) && hasHash(entry, wanted),
  ];
  const found = ways.map((way) => usable.filter(way)).find((list) => list.length > 0) ?? [];
  return found.toReversed();
}

/** What an entry is called, the aliases of trainings aside. */
export function namesOf({ path, file, stem, name, isByFolder }: LibraryEntry): string[] {
  const names = [path, file, withoutExtension(file), stem, name];
  return isByFolder === true ? [...names, file.slice(0, file.lastIndexOf('/'))] : [...names, baseOf(file)];
}

function baseOf(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1);
}

export function withoutExtension(file: string): string {
  return file.replace(/\.[^./]*$/, '');
}

/** Whether an adapter that is called by its folder has a file of this name, as many may have. */
function isFileName({ file, isByFolder }: LibraryEntry, name: string): boolean {
  const wanted = name.toLowerCase();
  const base = baseOf(file).toLowerCase();
  return isByFolder === true && (base === wanted || withoutExtension(base) === wanted);
}

function hasAlias({ alias }: LibraryEntry, name: string): boolean {
  return alias?.toLowerCase() === name.toLowerCase();
}

/** Whether one of the hashes that are known of a file begins with some digits. */
export function hasHash(entry: LibraryEntry, digits: string): boolean {
  return hashesOf(entry).some((hash) => hash.startsWith(digits.toLowerCase()));
}

function hashesOf({ oldHash, claimedHash, hashes }: LibraryEntry): string[] {
  return [oldHash, claimedHash, hashes?.sha256, hashes?.autov3]
    .filter((hash) => hash !== undefined)
    .map((hash) => hash.toLowerCase());
}

/**
 * The entry that a name means. Throws RequestError with the nearest names when there is none, for the alias of files with several names, by
 * which A1111 finds none of them, and for what the files of several folders are called; for a file that could not be read, what opening it throws. `hint` is told, where there is none, in place of names.
 */
export function findEntry(
  kind: LibraryKind,
  name: string,
  entries: readonly LibraryEntry[],
  hint?: string,
): LibraryEntry {
  const all = kind === 'checkpoint' ? [] : findAll(kind, name, entries);
  const found = kind === 'checkpoint' ? findCheckpoint(name, entries) : all[0];
  if (found === undefined) throw unknown(kind, name, entries, hint);
  const stems = (list: readonly LibraryEntry[]): string[] => [...new Set(list.map(({ stem }) => stem))];
  const [trained, foldered] = [
    stems(all.filter((entry) => isOnlyAlias(entry, name))),
    stems(all.filter((entry) => isOnlyFileName(entry, name))),
  ];
  if (trained.length > 1)
    throw ambiguous(kind, trained, `"${name}" is what the training of ${trained.length} files was called`);
  if (foldered.length > 1)
    throw ambiguous(kind, foldered, `"${name}" is the name of ${foldered.length} files in folders of their own`);
  return found;
}

/** Whether an entry was found by what its file in a folder of its own is called. */
function isOnlyFileName(entry: LibraryEntry, name: string): boolean {
  const wanted = name.trim().replaceAll('\\', '/');
  return isFileName(entry, wanted) && !namesOf(entry).includes(wanted);
}

/** Whether an entry was found by what its training called it. */
function isOnlyAlias(entry: LibraryEntry, name: string): boolean {
  const wanted = name.trim().toLowerCase();
  return hasAlias(entry, wanted) && !namesOf(entry).some((own) => own.toLowerCase() === wanted);
}

function ambiguous(kind: LibraryKind, stems: readonly string[], message: string): RequestError {
  const { word, field } = KINDS[kind];
  const shown = stems.slice(0, NAMES_SHOWN).map(printable).join(', ');
  return new RequestError(field, message, {
    hint: `Write the name of one ${word}: ${shown}${stems.length > NAMES_SHOWN ? ', …' : '.'}`,
  });
}

/** How the kinds that people take for each other are used. */
const USES: Readonly<Partial<Record<LibraryKind, string>>> = {
  checkpoint: 'Name it with --model.',
  vae: 'Name it with --vae.',
  adapter: 'Name it in the prompt as <lora:NAME:1>.',
  hypernetwork: 'Name it in the prompt as <hypernet:NAME:1>.',
  embedding: 'Write its name in the prompt, without brackets.',
};

/** The error for a name that means nothing: it says what the name is if it is something else. */
function unknown(kind: LibraryKind, name: string, entries: readonly LibraryEntry[], hint: string | undefined): SdError {
  const { word, field } = KINDS[kind];
  const others = entries.filter((entry) =>
    namesOf(entry).some((own) => own.toLowerCase() === name.trim().toLowerCase()),
  );
  const other = others.find(({ usual }) => usual === kind) ?? others[0];
  if (other?.problem !== undefined) return problemError(other, other.problem);
  if (other !== undefined)
    return new RequestError(field, `${quoted(name)} is no ${word} but ${withArticle(other.what)}`, {
      hint: other.kind && USES[other.kind],
    });
  const names = entriesOf(kind, entries).map((entry) => printable(entry.name));
  return new RequestError(field, `there is no ${word} ${quoted(name)}`, {
    hint:
      hint ??
      nearestHint(name, [...new Set(names)]) ??
      (names.length === 0 ? `No ${word} was found in the model folders.` : 'See what there is with: graft models'),
  });
}

/** What opening a file gave, told as if it were opened now. */
function problemError({ path, cause }: LibraryEntry, problem: string): SdError {
  const name = basename(path);
  const hint = cause?.hint;
  if (cause?.fault !== undefined) return new FormatError(cause.fault, name, problem, { hint });
  if (cause?.code === 'file') return new SdError('file', problem, { at: path, hint });
  return new ModelError(name, problem, { hint: hint ?? `Look into it with: graft inspect "${path}"` });
}

/** A1111's title of a checkpoint: its file, and the hash once it is known. */
export function checkpointTitle({ file, hashes }: LibraryEntry): string {
  return hashes === undefined ? file : `${file} [${hashes.autov2}]`;
}

/** All texts by which A1111 knows a checkpoint exactly: modules/sd_models.py CheckpointInfo. */
function checkpointIds(entry: LibraryEntry): string[] {
  const { file, stem, oldHash, hashes } = entry;
  const short = hashes?.autov2;
  return [
    ...(oldHash === undefined ? [] : [oldHash, `${file} [${oldHash}]`]),
    file.replace(/\.[^./]*$/, '').replaceAll('/', '_'),
    file,
    stem,
    checkpointTitle(entry),
    ...(short === undefined ? [] : [short, hashes!.sha256, `${stem} [${short}]`]),
  ];
}

const CHECKSUM = /\s*\[[^\]]+\]\s*$/;

/**
 * The checkpoint that a text means, by A1111's rules: an exact name or hash, else the shortest title that contains the
 * text, else the same without a hash in brackets. Paths are understood besides. Undefined for ''.
 */
export function findCheckpoint(text: string, entries: readonly LibraryEntry[]): LibraryEntry | undefined {
  if (text === '') return undefined;
  const usable = entriesOf('checkpoint', entries);
  const exact = usable.findLast((entry) => entry.path === text || checkpointIds(entry).includes(text));
  if (exact !== undefined) return exact;
  for (const part of [text, text.replace(CHECKSUM, '')]) {
    if (part === '') continue;
    const containing = usable.filter((entry) => checkpointTitle(entry).includes(part));
    const [shortest] = containing.toSorted((a, b) => checkpointTitle(a).length - checkpointTitle(b).length);
    if (shortest !== undefined) return shortest;
  }
  return findAll('checkpoint', text, entries)[0];
}
