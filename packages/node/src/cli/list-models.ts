import { nearestHint, RequestError } from '@graft/core/errors';
import { printable } from '@graft/core/formats';
import type { Base } from '@graft/core/models';
import type { GraftExtension } from '../extension/extension.ts';
import { foreignFamilies } from '../extension/registry.ts';
import { openLibrary } from '../library.ts';
import { emptyRoot, emptyRootNote } from '../library/empty-root.ts';
import type { LibraryEntry, LibraryKind } from '../library/entry.ts';
import { shownNames } from '../library/shown-names.ts';
import { modelRoots } from '../roots.ts';
import { columnsOf, padColumns } from './columns.ts';

/** Headings of the kinds, in the order of the list. */
const KINDS: Readonly<Record<LibraryKind, string>> = {
  checkpoint: 'Checkpoints',
  unet: 'UNets',
  vae: 'VAEs',
  'vae-approx': 'Small decoders',
  'text-encoder': 'Text encoders',
  clip: 'CLIP models',
  adapter: 'LoRAs and relatives',
  embedding: 'Embeddings',
  hypernetwork: 'Hypernetworks',
  'aesthetic-embedding': 'Aesthetic embeddings',
  controlnet: 'ControlNets',
};

/** Other words for kinds. */
const WORDS: ReadonlyMap<string, LibraryKind> = new Map([
  ['model', 'checkpoint'],
  ['lora', 'adapter'],
  ['lycoris', 'adapter'],
  ['textual-inversion', 'embedding'],
  ['aesthetic', 'aesthetic-embedding'],
]);

/** Which models to list. */
export interface ListWish {
  /** Folder of models. */
  readonly root?: string | undefined;
  readonly type?: string | undefined;
  /** Base model; files of which nothing tells it are left out, those that may be for others listed. */
  readonly base?: string | undefined;
  readonly extensions?: readonly GraftExtension[];
}

/** A list of models. */
export interface ModelList {
  readonly text: string;
  readonly events: readonly Readonly<Record<string, unknown>>[];
  /** What the user should know of the folders. */
  readonly notes: readonly string[];
}

/** The library as a list for people and as events for programs. Throws RequestError for an unknown type or base, SdError `file`. */
export async function describeLibrary({ root, type, base: wanted, extensions = [] }: ListWish): Promise<ModelList> {
  const kind = type === undefined ? undefined : readKind(type);
  const base = wanted === undefined ? undefined : readBase(wanted);
  const roots = modelRoots(root);
  const library = await openLibrary({ roots, families: foreignFamilies(extensions) });
  const empty = emptyRoot(roots, library.entries());
  // Of those that cannot be used, the ones in the folders for a kind were meant to be of it.
  const broken = library.entries().filter((entry) => entry.kind === undefined && entry.usual === kind);
  const entries = [...library.entries(kind), ...broken].filter(
    ({ bases, also = [] }) => base === undefined || [...bases, ...also].includes(base),
  );
  const names = shownNames(entries, library);
  const named = entries.map((entry, i) => ({ ...entry, name: names[i]! }));
  return {
    text: entries.length === 0 ? 'No models were found.\n' : render(named),
    events: named.map(({ changed: _, ...entry }) => ({ event: 'model', ...entry })),
    notes: empty === undefined ? [] : [await emptyRootNote(empty)],
  };
}

function readKind(text: string): LibraryKind {
  const plain = text.toLowerCase();
  // One, or many: `loras`, but `lycoris`.
  const words = [plain, plain.replace(/s$/, '')];
  const kinds = Object.keys(KINDS) as LibraryKind[];
  const kind = words.flatMap((word) => kinds.find((one) => one === word) ?? WORDS.get(word) ?? [])[0];
  if (kind) return kind;
  throw new RequestError('--type', `there is no type "${text}"`, {
    hint: nearestHint(text, [...kinds, ...WORDS.keys()], 20),
  });
}

/** What people call the bases, without spaces and punctuation. */
const BASES: ReadonlyMap<string, Base> = new Map([
  ...(['SD1', 'SD2', 'SDXL', 'SDXL refiner'] as const).map((base): [string, Base] => [simplify(base), base]),
  ['sd14', 'SD1'],
  ['sd15', 'SD1'],
  ['sd20', 'SD2'],
  ['sd21', 'SD2'],
  ['xl', 'SDXL'],
  ['pony', 'SDXL'],
  ['illustrious', 'SDXL'],
  ['noobai', 'SDXL'],
  ['refiner', 'SDXL refiner'],
]);

function simplify(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, '');
}

function readBase(text: string): Base {
  const base = BASES.get(simplify(text));
  if (base) return base;
  throw new RequestError('--base', `there is no base "${text}"`, {
    hint: nearestHint(text, [...new Set(BASES.values())]),
  });
}

function render(entries: readonly LibraryEntry[]): string {
  const groups = (Object.keys(KINDS) as LibraryKind[])
    .map((kind) => ({ title: KINDS[kind], own: entries.filter((entry) => entry.kind === kind) }))
    .filter(({ own }) => own.length > 0);
  const broken = entries.filter(({ kind }) => kind === undefined);
  const lines = groups.flatMap(({ title, own }) => [title, ...table(own), '']);
  if (broken.length > 0)
    lines.push(
      'Not usable',
      ...broken.map(({ file, problem }) => `  ${printable(file)}: ${printable(problem ?? 'unknown')}`),
      '',
    );
  return lines.join('\n');
}

/** Columns of a terminal that names are lined up in: those that are longer stand out, and the other lines stay readable. */
const NAME_COLUMNS = 48;

function table(entries: readonly LibraryEntry[]): string[] {
  const rows = entries.map(
    ({ name, what, bases, also = [], size: bytes, hashes }) =>
      [
        printable(name),
        printable(what),
        `${bases.join(', ')}${bases.length === 0 || also.length > 0 ? '?' : ''}`,
        size(bytes),
        hashes?.autov2 ?? '',
      ] as const,
  );
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(...rows.map((row) => columnsOf(row[column]!)).map((n) => (column === 0 ? Math.min(n, NAME_COLUMNS) : n))),
  );
  return rows.map(([name, what, base, bytes, hash]) =>
    [
      '',
      padColumns(name, widths[0]!),
      padColumns(what, widths[1]!),
      padColumns(base, widths[2]!),
      padColumns(bytes, widths[3]!, 'start'),
      hash,
    ]
      .join('  ')
      .trimEnd(),
  );
}

function size(bytes: number): string {
  return bytes >= 1e9
    ? `${(bytes / 1e9).toFixed(1)} GB`
    : bytes >= 1e6
      ? `${Math.round(bytes / 1e6)} MB`
      : `${Math.ceil(bytes / 1e3)} kB`;
}
