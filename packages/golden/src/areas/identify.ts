import { basename } from 'node:path';
import { openAdapter, type AdapterModule } from '@graft/core/adapters';
import { openEmbedding, stemOf } from '@graft/core/adapters/textual-inversion';
import { bytesSource, type ByteSource } from '@graft/core/bytes';
import { FormatError, SdError } from '@graft/core/errors';
import { hashModel, kohyaHashes, openModelFile, type ModelFile } from '@graft/core/formats';
import { describeModel, weightRefs, type Description } from '@graft/core/models';
import { networkOnDisk } from '@graft/core/models/metadata';
import { numel, widen } from '@graft/core/tensor';
import { imageCodec, nodeHashers } from '@graft/node';
import { verdict, type Area, type CaseResult, type Folder } from '../area.ts';
import { checkMetadata, type MetadataCase } from './identify-metadata.ts';

type Verdict = ReturnType<typeof verdict>;

interface FileCase {
  readonly id: string;
  readonly kind?: undefined;
  readonly file: string;
  readonly expect: Expected;
  readonly a1111?: {
    readonly sd_version: string;
    readonly alias: string;
    readonly hash: string;
    readonly shorthash: string;
    readonly metadata_order: readonly string[];
    readonly parsed_json: readonly string[];
  };
  readonly hashes?: Readonly<Record<string, string | number | null>>;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly vectors?: number;
  readonly embeddings?: Readonly<Record<string, readonly number[]>>;
  readonly dora_axis?: 'input' | 'output';
}

interface Expected {
  readonly kind: string;
  readonly base: string;
  readonly families?: readonly string[];
  readonly components?: readonly string[];
  readonly conv: boolean;
  /** By rank, or `block size`. */
  readonly ranks?: Readonly<Record<string, number>>;
  readonly lycoris_detect?: Readonly<Record<string, number>>;
  readonly rank_histogram?: Readonly<Record<string, number>>;
  readonly alpha_histogram?: Readonly<Record<string, number>>;
}

interface HashCase {
  readonly id: string;
  readonly kind: 'hash';
  readonly size: number;
  readonly autov1: string;
  readonly sha256: string;
  readonly autov2: string;
}

type Case = FileCase | HashCase | MetadataCase;

/** What files are: kind, base model, families, hashes, and what A1111 says of them. */
export const identify: Area = {
  name: 'identify',
  async *run(folder) {
    for (const one of (folder.index as { readonly cases: readonly Case[] }).cases) yield await runCase(one, folder);
  },
};

async function runCase(one: Case, folder: Folder): Promise<CaseResult> {
  const result = verdict(one.id);
  try {
    if (one.kind === 'metadata') checkMetadata(one, result);
    else if (one.kind === 'hash') await checkHash(one, result);
    else await checkFile(one, result, folder);
  } catch (error) {
    if (!(error instanceof SdError)) throw error;
    result.fail(`${error.name}: ${error.message}`);
  }
  return result.result();
}

/** Bytes by the golden formula: (i · 2654435761) >> 13 & 255 in whole numbers. */
async function checkHash(one: HashCase, result: Verdict): Promise<void> {
  const bytes = Uint8Array.from({ length: one.size }, (_, i) => Number(((BigInt(i) * 2654435761n) >> 13n) & 255n));
  const { autov1, sha256, autov2 } = await hashModel(bytesSource('file', bytes), nodeHashers);
  result.same('hashes', { autov1, sha256, autov2 }, { autov1: one.autov1, sha256: one.sha256, autov2: one.autov2 });
}

async function checkFile(one: FileCase, result: Verdict, folder: Folder): Promise<void> {
  const source = bytesSource(basename(one.file), await folder.bytes(one.file));
  const file = await openModelFile(source).catch((error: unknown) => {
    if (error instanceof FormatError) return error;
    throw error;
  });
  await checkHashes(one, source, file, result);
  if (file instanceof FormatError) {
    checkBroken(one.expect.kind, file, result);
    return;
  }
  const description = describeModel(file);
  checkKind(one.expect, description, result);
  result.same('base', baseOf(description, one.expect.base), one.expect.base.replace(/ \(.*$/, ''));
  result.same('convolutions', description.adapter?.conv ?? false, one.expect.conv);
  if (one.expect.families)
    result.same('families', description.adapter?.families.toSorted(), one.expect.families.toSorted());
  if (one.expect.components) result.same('components', description.adapter?.components, one.expect.components);
  if (one.vectors !== undefined)
    result.same('vectors', (await openEmbedding(source, imageCodec()))?.count, one.vectors);
  await checkModules(one, file, source, result);
  checkA1111(one, file, result);
  if (one.metadata) result.same('metadata', sorted(Object.fromEntries(file.metadata)), sorted(one.metadata));
}

function sorted<T>(record: Readonly<Record<string, T>>): readonly (readonly [string, T])[] {
  return Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** Faults by the words of golden descriptions. */
const FAULTS: readonly (readonly [RegExp, string])[] = [
  [/shorter/, 'truncated'],
  [/HTML/, 'not-a-model'],
];

function checkBroken(expected: string, error: FormatError, result: Verdict): void {
  if (!expected.startsWith('broken')) throw error;
  const fault = FAULTS.find(([words]) => words.test(expected))?.[1];
  result.same('fault', error.fault, fault ?? 'a known fault');
}

function checkKind(expected: Expected, { kind, what, adapter, container }: Description, result: Verdict): void {
  const unsupported = /^not supported: (.+)$/.exec(expected.kind)?.[1];
  if (unsupported !== undefined) result.same('kind', [kind, what.replace('Stable ', '')], ['unsupported', unsupported]);
  else if (expected.kind.startsWith('a torch zip')) result.same('kind', [kind, container], ['adapter', 'torch-zip']);
  else {
    result.same('kind', kind.replace('-', ' '), expected.kind.replace(/ (with a broken module|\(.*)$/, ''));
    result.same('broken modules', (adapter?.broken.length ?? 0) > 0, expected.kind.includes('broken module'));
  }
}

/** The bases in golden words; a width where the golden text tells nothing more. */
function baseOf({ bases, why, kind }: Description, expected: string): string {
  const width = /^(widths? \d+|\d+ wide)/.exec(expected)?.[1];
  if (width !== undefined) return why.includes(width) ? width : why;
  if (kind === 'vae') return bases.every((base) => base.startsWith('SD')) ? 'SD' : bases.join(' or ');
  return bases.length === 0 ? 'unknown' : bases.join(' or ');
}

/** LyCORIS' names of families. */
const LYCORIS: Readonly<Record<string, string>> = { lora: 'locon', lokr: 'kron', oft: 'diag-oft' };

async function checkModules(one: FileCase, file: ModelFile, source: ByteSource, result: Verdict): Promise<void> {
  const { expect } = one;
  if (expect.families === undefined || expect.families.length === 0) return;
  const { modules, embeddings } = await openAdapter({ file, weights: weightRefs(file, source) });
  // LyCORIS knows only names without dots; the golden histograms are of its names too.
  const flat = modules.filter(({ name }) => /^\w+$/.test(name));
  if (expect.lycoris_detect)
    result.same(
      'LyCORIS',
      histogram(flat.map(({ family }) => LYCORIS[family] ?? family)),
      sorted(expect.lycoris_detect),
    );
  if (expect.rank_histogram)
    result.same(
      'ranks',
      histogram(flat.flatMap((module) => rankOf(module, 'lora_down.weight'))),
      sorted(expect.rank_histogram),
    );
  if (expect.alpha_histogram) {
    const alphas = await Promise.all(
      flat.filter(({ shapes }) => shapes.has('alpha')).map(({ name }) => scalarOf(file, `${name}.alpha`)),
    );
    const expected = Object.entries(expect.alpha_histogram).map(
      ([alpha, count]) => [String(Number(alpha)), count] as const,
    );
    result.same(
      'alphas',
      histogram(alphas.map(String)),
      expected.toSorted(([a], [b]) => (a < b ? -1 : 1)),
    );
  }
  for (const [rank, count] of Object.entries(expect.ranks ?? {})) {
    if (rank === 'block size')
      result.same(
        rank,
        modules.map(({ shapes }) => shapes.get('oft_blocks')?.[1]),
        [count],
      );
    else result.same(`rank ${rank}`, describeModel(file).adapter?.ranks.get(Number(rank)), count);
  }
  if (one.dora_axis)
    result.same(
      'DoRA axis',
      modules.map(doraAxis),
      modules.map(() => one.dora_axis),
    );
  if (one.embeddings) {
    const bundled = embeddings.map(({ name, tensors }) => [name, [...tensors.values()][0]?.shape]);
    result.same('embeddings', Object.fromEntries(bundled), one.embeddings);
  }
}

function histogram(values: readonly string[]): readonly (readonly [string, number])[] {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return sorted(counts);
}

function rankOf({ shapes }: AdapterModule, part: string): string[] {
  const rank = shapes.get(part)?.[0];
  return rank === undefined ? [] : [String(rank)];
}

async function scalarOf(file: ModelFile, key: string): Promise<number> {
  const entry = file.tensors.get(key)!;
  return widen(entry.dtype, await entry.read(), new Float32Array(numel(entry.shape)))[0]!;
}

/** A magnitude for each input has its length on the second axis. */
function doraAxis({ shapes }: AdapterModule): 'input' | 'output' {
  const [first = 1, ...others] = shapes.get('dora_scale') ?? [];
  return first === 1 && others.some((size) => size > 1) ? 'input' : 'output';
}

function checkA1111({ a1111, file: path }: FileCase, file: ModelFile, result: Verdict): void {
  if (a1111 === undefined) return;
  const network = networkOnDisk(stemOf(basename(path)), file);
  result.same(
    'A1111',
    [network.version, network.alias, network.hash, network.shorthash],
    [a1111.sd_version, a1111.alias, a1111.hash, a1111.shorthash],
  );
  result.same('metadata order', [...network.metadata.keys()], a1111.metadata_order);
  const parsed = [...network.metadata].filter(([, value]) => typeof value === 'object').map(([key]) => key);
  result.same('parsed metadata', parsed.toSorted(), a1111.parsed_json.toSorted());
}

async function checkHashes(
  one: FileCase,
  source: ByteSource,
  file: ModelFile | FormatError,
  result: Verdict,
): Promise<void> {
  if (one.hashes === undefined) return;
  const own = await hashModel(source, nodeHashers);
  const kohya =
    'kohya_model_hash' in one.hashes && !(file instanceof FormatError)
      ? await kohyaHashes(file, nodeHashers)
      : undefined;
  const all: Readonly<Record<string, string | number | null | undefined>> = {
    ...own,
    autov3: own.autov3 ?? null,
    kohya_model_hash: kohya?.model,
    kohya_legacy_hash: kohya?.legacy,
  };
  for (const [name, expected] of Object.entries(one.hashes)) result.same(name, all[name], expected);
}
