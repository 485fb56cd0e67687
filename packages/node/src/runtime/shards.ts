import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readdirSync, readSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { OnnxWeight, Placement } from '@graft/core/onnx';
import { DTYPES, numel } from '@graft/core/tensor';
import { isFileSource, ofFile, type FileSource } from '../files.ts';
import { planComputation, type Computation, type Sources } from './computation.ts';
import type { Job } from './prepare.ts';
import type { Recipes } from './recipe.ts';

/** A file of prepared weights that is still to be made. */
export interface Shard {
  /** Its name says what it is made from and how, so that a file of that name can be used as it is. */
  readonly file: string;
  /** Bytes of all weights. */
  readonly size: number;
  /** Bytes that follow them. */
  readonly tail: Uint8Array;
  /** What is to be done for it: weights to be brought into their forms, or runs that compute them. */
  readonly work: { readonly jobs: readonly Job[] } | { readonly computation: Computation };
}

/** Where all weights of a model will lie. */
export interface Layout {
  /** By the weights' names. */
  readonly places: ReadonlyMap<string, Placement>;
  /** Files that are there and needed. */
  readonly found: readonly string[];
  readonly missing: readonly Shard[];
}

interface Place {
  readonly weight: OnnxWeight;
  /** First byte, and number of bytes. */
  readonly to: number;
  readonly bytes: number;
}

/** Weights start at multiples of this, for vector loads. */
const ALIGNMENT = 64;
/** Threads write one file each: writes to the same file wait for each other. */
const SHARD_BYTES = 256 * 2 ** 20;
/** What is computed comes in smaller files, so that all cores are done at about the same time. */
const COMPUTED_BYTES = 64 * 2 ** 20;
/** How the names of prepared files end. */
const ENDING = '.weights';

/**
 * Plans prepared files in a folder. A weight of a model's file that lies in any file there already is used where it lies: networks that
 * adapters change share all that is not changed. Throws SdError `file`, and the system's errors.
 */
export async function layOut(weights: readonly OnnxWeight[], folder: string, recipes: Recipes): Promise<Layout> {
  const groups = new Map<FileSource | 'memory' | 'computed', OnnxWeight[]>();
  for (const weight of weights) {
    const { store, computed } = weight.ref;
    // What lies in memory comes as many small sources: they go together.
    const key = computed ? 'computed' : isFileSource(store) ? store : 'memory';
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    group.push(weight);
  }
  const origin = remembered(sample);
  const there = remembered((store: FileSource) => listed(folder, origin(store)));
  const places = new Map<string, Placement>();
  const found = new Set<string>();
  const prepared: Sources['prepared'] = (ref, form) => {
    const place = isFileSource(ref.store) ? there(ref.store).get(identity({ name: '', ref, form })) : undefined;
    if (!place) return undefined;
    found.add(place.location);
    return { path: join(real, place.location), offset: place.offset, length: place.length };
  };
  const real = realpathSync(folder);
  const sources: Sources = { origin, prepared, recipes };
  const missing = new Map<string, Shard>();
  const put = ({ file, ...shard }: Shard, own: readonly Place[]): void => {
    for (const { weight, to, bytes } of own) places.set(weight.name, { location: file, offset: to, length: bytes });
    const size = statSync(join(folder, file), { throwIfNoEntry: false })?.size;
    if (size === shard.size + shard.tail.length) found.add(file);
    else missing.set(file, { file, ...shard });
  };
  for (const [key, group] of groups) {
    if (key === 'computed') {
      const parts = split(group, COMPUTED_BYTES).map(placed);
      const shards = await Promise.all(parts.map((part) => computedShard(part, sources)));
      for (const [i, shard] of shards.entries()) put(shard, parts[i]!.places);
    } else if (key === 'memory') {
      for (const part of split(group, SHARD_BYTES).map(placed)) put(await memoryShard(part), part.places);
    } else {
      const list = there(key);
      const absent = group.filter((weight) => {
        const place = list.get(identity(weight));
        if (!place) return true;
        places.set(weight.name, place);
        found.add(place.location);
        return false;
      });
      for (const part of absent.length > 0 ? split(absent, SHARD_BYTES).map(placed) : [])
        put(fileShard(part, origin(key)), part.places);
    }
  }
  return { places, found: [...found], missing: [...missing.values()] };
}

/** What `tell` says of each key, asked once. */
function remembered<K, V>(tell: (key: K) => V): (key: K) => V {
  const said = new Map<K, { readonly value: V }>();
  return (key) => {
    const known = said.get(key) ?? { value: tell(key) };
    said.set(key, known);
    return known.value;
  };
}

function preparedBytes({ ref, form }: OnnxWeight): number {
  return form.dtype === 'stored' ? ref.length : numel(ref.shape) * DTYPES.F32;
}

/** Lists of about equal size, in order. */
function split(weights: readonly OnnxWeight[], limit: number): OnnxWeight[][] {
  const total = weights.reduce((sum, weight) => sum + preparedBytes(weight), 0);
  const most = total / Math.ceil(total / limit);
  const parts: OnnxWeight[][] = [[]];
  let bytes = 0;
  for (const weight of weights) {
    if (bytes >= most * parts.length) parts.push([]);
    parts.at(-1)!.push(weight);
    bytes += preparedBytes(weight);
  }
  return parts;
}

interface Placed {
  readonly places: readonly Place[];
  readonly size: number;
}

/** Weights one after the other. */
function placed(weights: readonly OnnxWeight[]): Placed {
  const places: Place[] = [];
  let size = 0;
  for (const weight of weights) {
    const to = Math.ceil(size / ALIGNMENT) * ALIGNMENT;
    const bytes = preparedBytes(weight);
    places.push({ weight, to, bytes });
    size = to + bytes;
  }
  return { places, size };
}

const VERSION = 'graft weights 5';
const NO_TAIL = new Uint8Array(0);

/** Weights of one file. Their list follows them, for whoever needs other weights beside some of these. */
function fileShard({ places, size }: Placed, from: string): Shard {
  const jobs = places.map(({ weight: { ref, form }, to, bytes }): Job => {
    const { path } = ref.store as FileSource;
    const { offset, length, dtype, shape } = ref;
    return { from: { path, offset, length }, dtype, shape, form, to, bytes };
  });
  const list = JSON.stringify(places.map(({ weight, to, bytes }) => [identity(weight), to, bytes]));
  const file = `${prefix(from)}${digest([VERSION, list]).slice(0, 16)}${ENDING}`;
  return { file, size, tail: tailOf(list), work: { jobs } };
}

async function memoryShard({ places, size }: Placed): Promise<Shard> {
  const parts: (string | Uint8Array)[] = [VERSION];
  const jobs: Job[] = [];
  for (const { weight, to, bytes } of places) {
    const { ref, form } = weight;
    const data = await ref.store.read(ref.offset, ref.offset + ref.length);
    parts.push(data, identity(weight));
    jobs.push({ from: { data }, dtype: ref.dtype, shape: ref.shape, form, to, bytes });
  }
  return { file: `${digest(parts).slice(0, 32)}${ENDING}`, size, tail: NO_TAIL, work: { jobs } };
}

async function computedShard({ places, size }: Placed, sources: Sources): Promise<Shard> {
  const computation = await planComputation(places, sources);
  const file = `${digest([VERSION, computation.digest]).slice(0, 32)}${ENDING}`;
  return { file, size, tail: NO_TAIL, work: { computation } };
}

/** What makes two weights of one file the same. */
function identity({ ref, form }: OnnxWeight): string {
  return JSON.stringify([ref.offset, ref.length, ref.dtype, ref.shape, form]);
}

function digest(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

/** What names of prepared files begin with that come from one file. */
function prefix(from: string): string {
  return from.slice(0, 16);
}

/** A list and the number of its bytes. */
function tailOf(list: string): Uint8Array {
  const bytes = Buffer.from(list);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([bytes, length]);
}

/** What lies in the prepared files of a folder that come from one file, by identity. Files that are not whole count as absent. */
function listed(folder: string, from: string): ReadonlyMap<string, Placement> {
  const all = new Map<string, Placement>();
  for (const file of readdirSync(folder).sort()) {
    if (!file.startsWith(prefix(from)) || !file.endsWith(ENDING)) continue;
    for (const [id, offset, length] of listOf(join(folder, file))) all.set(id, { location: file, offset, length });
  }
  return all;
}

type List = readonly (readonly [id: string, to: number, bytes: number])[];

/** Lists that were read, by path. Files' names say what is in them: those that are still as long are still the same. */
const LISTS = new Map<string, { readonly size: number; readonly list: List }>();

function listOf(path: string): List {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const known = LISTS.get(path);
  if (known?.size === size) return known.list;
  const list = readList(path);
  if (list.length > 0) LISTS.set(path, { size, list });
  return list;
}

function readList(path: string): List {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const length = Buffer.alloc(4);
    readSync(file, length, 0, 4, Math.max(size - 4, 0));
    const start = size - 4 - length.readUInt32LE();
    if (start < 0) return [];
    const bytes = Buffer.alloc(size - 4 - start);
    readSync(file, bytes, 0, bytes.length, start);
    const list = JSON.parse(bytes.toString()) as [string, number, number][];
    const [, to, count] = list.at(-1)!;
    return to + count === start ? list : [];
  } catch {
    return [];
  } finally {
    closeSync(file);
  }
}

const SAMPLES = 16;
const SAMPLE_BYTES = 4096;

/** What was said of files that are still open. */
const SAID = new WeakMap<FileSource, string>();

/** Tells one large file from another without reading all of it: length, time, head, and pieces spread over the whole. */
function sample(store: FileSource): string {
  store.check();
  const said = SAID.get(store) ?? ofFile(store.path, sampleOf);
  SAID.set(store, said);
  return said;
}

/** So few small reads cost less than to wait for each. */
function sampleOf(path: string): string {
  const file = openSync(path, 'r');
  try {
    const { size, mtimeMs } = fstatSync(file);
    const pieces = Array.from({ length: SAMPLES }, (_, i) => {
      const start = Math.floor((i * Math.max(size - SAMPLE_BYTES, 0)) / (SAMPLES - 1));
      const bytes = Buffer.alloc(SAMPLE_BYTES);
      return bytes.subarray(0, readSync(file, bytes, 0, SAMPLE_BYTES, start));
    });
    return digest([`${size} ${mtimeMs}`, ...pieces]);
  } finally {
    closeSync(file);
  }
}
