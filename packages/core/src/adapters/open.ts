import { AdapterError } from '../errors/index.ts';
import type { ModelFile, TensorEntry } from '../formats/index.ts';
import { constant, weight, type WeightRef } from '../graph/index.ts';
import { describeModel, withArticle } from '../models/describe/index.ts';
import type { OpenedModel } from '../models/index.ts';
import { splitBundled, splitKey } from '../models/names/index.ts';
import { allFinite, numel, widen, type DType } from '../tensor/index.ts';
import type { Part, Parts } from './adapter.ts';
import { notFinite } from './not-finite.ts';
import { splitNumbered } from './numbered.ts';
import { FAMILIES } from './families/index.ts';
import type { AdapterModule, Family } from './module.ts';
import { adapterHints } from './peft-config.ts';
import { createParts, FEW } from './parts.ts';
import { readAhead, readThrough } from './read-ahead.ts';
import { wholeAlpha, wholeAlphaNotes } from './whole-alpha.ts';

/** An embedding inside an adapter file. */
export interface BundledEmbedding {
  /** The word that calls it. */
  readonly name: string;
  /** `string_to_param.*`, `clip_l`, `clip_g` … → tensors [vectors, width]. */
  readonly tensors: ReadonlyMap<string, TensorEntry>;
}

/** An opened adapter file. Its tensors still lie in the file, and are known to be finite but for `finite`. */
export interface Adapter {
  /** Name of its file. */
  readonly name: string;
  readonly modules: readonly AdapterModule[];
  readonly embeddings: readonly BundledEmbedding[];
  /** Keys that no family claims. */
  readonly unclaimed: readonly string[];
  readonly metadata: ReadonlyMap<string, string>;
  /** Things the user should know of it. */
  readonly notes: readonly string[];
  /** Set where numbers are still being looked at: resolves when all are finite, else rejects with AdapterError, which names the key. */
  readonly finite?: Promise<void>;
}

export interface OpenAdapterOptions {
  /** PEFT's `adapter_config.json`, parsed: it holds the alpha that the tensors lack. */
  readonly config?: unknown;
  /**
   * Keep the tensors in memory, as constants of the graphs that use them: for adapters that are small beside their model, whose prepared
   * weights then serve with and without them. Else graphs refer to the file.
   */
  readonly inline?: boolean;
  /** Look at the numbers of large tensors while others go on: whoever uses the adapter must wait for `finite` before he shows a result. */
  readonly later?: boolean;
  /** In the order in which they are asked; those of `FAMILIES` if absent. */
  readonly families?: readonly Family[] | undefined;
}

/**
 * Opens a LoRA or a relative by its keys and shapes: every key is claimed once, or listed. The family is decided layer by layer, so files
 * may mix them. Throws AdapterError where no key belongs to an adapter (it says what the file looks like), where half of a pair is missing
 * or parts do not fit each other, and where a number is not finite (it names the key); RequestError `config`.
 */
export async function openAdapter({ file, weights }: OpenedModel, options: OpenAdapterOptions = {}): Promise<Adapter> {
  const unclaimed = new Set(file.tensors.keys());
  const embeddings = bundled(file.tensors, unclaimed);
  const modules: AdapterModule[] = [];
  const whole: number[] = [];
  const hints = adapterHints(file.metadata, options.config);
  const families = options.families ?? FAMILIES;
  const own = new Set(families.flatMap(({ parts = [] }) => parts));
  const split = splitNumbered(file);
  const layers = [...grouped([...unclaimed], (key) => (split ? split.get(key) : splitKey(key, own)))];
  const refs = options.inline === true ? undefined : weights;
  const now: WeightRef[] = [];
  const later: WeightRef[] = [];
  for (const [, keys] of layers)
    for (const [part, key] of keys) {
      const ref = refs?.get(key);
      if (ref) (options.later === true && canWait(part, ref) ? later : now).push(ref);
    }
  const source: PartSource = { file, refs, later: new Set(later), bytes: readAhead(now) };
  const read = ([, keys]: (typeof layers)[number]): Promise<Map<string, Part>> => readParts(source, keys);
  const ahead: Promise<Map<string, Part>>[] = [];
  const waiting = layers[Symbol.iterator]();
  for (const [module] of layers) {
    // Reading some layers ahead, the disk is busy while numbers are checked.
    while (ahead.length <= AHEAD) {
      const next = waiting.next();
      if (next.done === true) break;
      const parts = read(next.value);
      // What fails is told when it is that layer's turn.
      parts.catch(() => undefined);
      ahead.push(parts);
    }
    const found = await ahead.shift()!;
    const partsOf = (some: typeof found): Parts => createParts(file.name, module, some, (key) => unclaimed.delete(key));
    whole.push(...wholeAlpha(found));
    // One family changes a layer's weight, the first, as in A1111. A change of the bias may stand beside it.
    let parts = partsOf(found);
    for (const family of families) {
      if (!family.detect(parts)) continue;
      modules.push(family.open(parts, hints(module)));
      parts = partsOf(new Map([...found].filter(([part]) => part === 'diff_b')));
    }
  }
  if (modules.length === 0 && embeddings.length === 0) throw nothingOf(file);
  return {
    name: file.name,
    modules,
    embeddings,
    unclaimed: [...unclaimed],
    metadata: file.metadata,
    notes: wholeAlphaNotes(whole, file.metadata),
    ...(later.length > 0 ? { finite: checkLater(file.name, later) } : {}),
  };
}

function nothingOf(file: ModelFile): AdapterError {
  const { what, adapter } = describeModel(file);
  const [broken] = adapter?.broken ?? [];
  if (broken !== undefined)
    return new AdapterError(file.name, `has no layer with all its parts: ${broken}, for one, lacks some`, {
      hint: 'The file is not whole, or of a kind that nobody has described: get it anew, or from elsewhere.',
    });
  return new AdapterError(file.name, `has nothing of an adapter: it looks like ${withArticle(what)}`, {
    hint: 'Put it in the folder for its kind of model, or give a LoRA, LyCORIS or PEFT file here.',
  });
}

/** Whether a graph of a tensor can be made without its numbers. Rotations are asked for their size. */
function canWait(part: string, { shape, dtype }: WeightRef): boolean {
  return numel(shape) > FEW && !WHOLE.has(dtype) && dtype !== 'C64' && dtype !== 'C128' && !part.startsWith('oft_');
}

function checkLater(file: string, refs: readonly WeightRef[]): Promise<void> {
  const checked = readThrough(refs, ({ name, dtype }, bytes) => checkFinite(file, name, dtype, bytes));
  // Told to who waits for it.
  checked.catch(() => undefined);
  return checked;
}

function checkFinite(file: string, key: string, dtype: DType, bytes: Uint8Array): void {
  if (!allFinite(dtype, bytes)) throw notFinite(file, key);
}

/** Layer → canonical part → key. The first key of a part counts; a second spelling of it stays unclaimed. */
function grouped(
  keys: readonly string[],
  split: (key: string) => { readonly module: string; readonly part: string } | undefined,
): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const modules = new Map<string, Map<string, string>>();
  for (const key of keys) {
    const found = split(key);
    if (!found) continue;
    const parts = modules.get(found.module) ?? new Map<string, string>();
    modules.set(found.module, parts);
    if (!parts.has(found.part)) parts.set(found.part, key);
  }
  return modules;
}

/** Read ahead, whatever their number. */
const WHOLE: ReadonlySet<string> = new Set(['I16', 'I32', 'I64', 'U16', 'U32', 'U64', 'U8', 'I8', 'BOOL']);

/** Layers that are read before their turn. */
const AHEAD = 8;

interface PartSource {
  readonly file: ModelFile;
  /** Where tensors lie, for graphs; undefined to keep them in memory. */
  readonly refs: ReadonlyMap<string, WeightRef> | undefined;
  /** Those that are looked at later. */
  readonly later: ReadonlySet<WeightRef>;
  bytes(ref: WeightRef): Promise<Uint8Array>;
}

async function readParts(source: PartSource, keys: ReadonlyMap<string, string>): Promise<Map<string, Part>> {
  const parts = [...keys].map(async ([part, key]): Promise<[string, Part]> => [part, await readPart(source, key)]);
  return new Map(await Promise.all(parts));
}

/** Reads a tensor once, to know that its numbers are finite. */
async function readPart(source: PartSource, key: string): Promise<Part> {
  const { refs, later, bytes: read } = source;
  const { name: file, tensors } = source.file;
  const entry = tensors.get(key)!;
  const { dtype, shape } = entry;
  const ref = refs?.get(key);
  if (dtype === 'C64' || dtype === 'C128')
    throw new AdapterError(file, `${key} holds complex numbers`, {
      key,
      hint: 'The file is damaged or no adapter; get it again.',
    });
  if (ref && later.has(ref)) return { key, shape, value: weight(ref) };
  const bytes = ref ? await read(ref) : await entry.read();
  checkFinite(file, key, dtype, bytes);
  const known = numel(shape) <= FEW || WHOLE.has(dtype);
  const data = known || !ref ? widen(dtype, bytes) : undefined;
  return {
    key,
    shape,
    value: ref ? weight(ref) : constant(data!, shape),
    // Few families ask for it, and for most files it would be most of the time that opening takes.
    get norm() {
      return euclidean(data ?? widen(dtype, bytes));
    },
    ...(known ? { data: data! } : {}),
  };
}

function euclidean(data: Float32Array): number {
  let squares = 0;
  for (let i = 0; i < data.length; i++) squares += data[i]! * data[i]!;
  return Math.sqrt(squares);
}

const WORD = /^<.+>$/s;

/** The words of the embeddings that an adapter's file brings, as they are typed. */
export function bundledWords({ tensors }: ModelFile): string[] {
  return bundled(tensors, new Set()).map(({ name }) => name);
}

/** Takes the embeddings out of the unclaimed keys. */
function bundled(tensors: OpenedModel['file']['tensors'], unclaimed: Set<string>): BundledEmbedding[] {
  const found = new Map<string, Map<string, TensorEntry>>();
  const add = (name: string, part: string, entry: TensorEntry): void => {
    const own = found.get(name) ?? new Map<string, TensorEntry>();
    found.set(name, own.set(part, entry));
    unclaimed.delete(entry.name);
  };
  const numbered = [...tensors.keys()].some((key) => /^(unet|text_encoder):\d+:up$/.test(key));
  for (const [key, entry] of tensors) {
    const split = splitBundled(key);
    if (split) add(split.word, split.tensor, entry);
    // The first LoRA format keeps words beside its numbered layers.
    else if (numbered && WORD.test(key)) add(key, 'string_to_param.*', entry);
  }
  return [...found].map(([name, own]) => ({ name, tensors: own }));
}
