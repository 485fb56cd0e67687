import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import {
  embeddingChecksum,
  fileSafeName,
  fitsWidth,
  initialVectors,
  isEmbeddingName,
  listEmbeddings,
  openEmbedding,
  tableRows,
  type Embedding,
} from '@graft/core/adapters/textual-inversion';
import { bytesSource } from '@graft/core/bytes';
import { SdError } from '@graft/core/errors';
import { type Networks, type NetworkSource } from '@graft/core/pipeline';
import { tensor, type Tensor } from '@graft/core/tensor';
import { chunkPrompt, clipTokenizer, encodeTexts, indexEmbeddings } from '@graft/core/text';
import { imageCodec } from '@graft/node';
import { verdict, type Area, type CaseResult, type Folder, type Tolerance } from '../area.ts';
import { compareDrawn, drawOne, goldenModels, type GoldenModels } from '../drawing.ts';
import { goldenModel, goldenNetworks, goldenText } from '../engine.ts';

type Verdict = ReturnType<typeof verdict>;

interface Common {
  readonly id: string;
  readonly tensors?: Readonly<Record<string, string>>;
  readonly tolerance: Tolerance;
}

interface FileCase extends Common {
  readonly kind: 'file';
  readonly file: string;
  readonly status: 'loaded' | 'skipped' | 'error' | 'ignored';
  readonly must_refuse?: boolean;
  readonly name?: string;
  readonly vectors?: number;
  readonly width?: number;
  readonly step?: number | null;
  readonly sd_checkpoint?: string | null;
  readonly sd_checkpoint_name?: string | null;
  readonly hash?: string;
  readonly shorthash?: string;
  readonly checksum?: string;
  readonly trigger_ids?: readonly number[];
}

interface FolderCase extends Common {
  readonly kind: 'folder';
  readonly loaded: readonly string[];
  readonly skipped: readonly string[];
  readonly expected_width: number;
}

interface CreateCase extends Common {
  readonly kind: 'create';
  readonly name: string;
  readonly vectors: number;
  readonly init_text: string;
  readonly file_name: string;
}

interface EncodeCase extends Common {
  readonly kind: 'encode';
  readonly text: string;
  readonly fixes: readonly (readonly (readonly [number, string, number])[])[];
  readonly tokens: readonly (readonly number[])[];
  readonly ti_hashes: string | null;
}

interface PictureCase extends Common {
  readonly kind: 'picture';
  readonly request: Readonly<Record<string, unknown>>;
  readonly infotext: string;
  readonly image: string;
  readonly tolerance: Tolerance & { readonly pixel: number };
}

type Case = FileCase | FolderCase | CreateCase | EncodeCase | PictureCase;

/** Where the embedding files of the area lie. */
const FILES = 'files';

interface Setup {
  readonly folder: Folder;
  readonly networks: Networks;
  readonly models: GoldenModels;
  readonly width: number;
  /** Every embedding of the folder by its file, in scan order, and the hash of that file. */
  readonly embeddings: ReadonlyMap<string, Embedding>;
  readonly hashes: ReadonlyMap<Embedding, string>;
  /** Files that A1111 refuses. */
  readonly refused: readonly string[];
}

/** Embedding files of every form, and prompts that use them. */
export const embeddings: Area = {
  name: 'embeddings',
  async *run(folder) {
    const networks = await goldenNetworks(folder);
    const { cases } = folder.index as { readonly cases: readonly Case[] };
    const refused = cases.flatMap((one) =>
      one.kind === 'file' && one.status === 'error' ? [relative(FILES, one.file)] : [],
    );
    const models = goldenModels(folder);
    const setup = {
      folder,
      networks,
      models,
      width: networks.texts.te1!.config.width,
      refused,
      ...(await scan(folder)),
    };
    for (const one of cases) yield await runCase(one, setup);
    await networks.release();
    await models.release();
  },
};

async function runCase(one: Case, setup: Setup): Promise<CaseResult> {
  const result = verdict(one.id);
  try {
    if (one.kind === 'file') await checkFile(one, result, setup);
    else if (one.kind === 'folder') checkFolder(one, result, setup);
    else if (one.kind === 'picture') await checkPicture(one, result, setup);
    else if (one.kind === 'create') await checkCreate(one, result, setup);
    else await checkEncode(one, result, setup);
  } catch (error) {
    result.fail(error instanceof SdError ? `${error.name}: ${error.message}` : String(error));
  }
  return result.result();
}

async function scan(folder: Folder): Promise<Pick<Setup, 'embeddings' | 'hashes'>> {
  const found = new Map<string, Embedding>();
  const hashes = new Map<Embedding, string>();
  const paths = readdirSync(join(folder.path, FILES), { recursive: true, encoding: 'utf8' }).toSorted();
  for (const path of paths.filter(isEmbeddingName)) {
    const opened = await open(folder, join(FILES, path)).catch((error: unknown) => {
      if (error instanceof SdError) return undefined;
      throw error;
    });
    if (opened === undefined) continue;
    found.set(path, opened.embedding);
    hashes.set(opened.embedding, opened.hash);
  }
  return { embeddings: found, hashes };
}

async function open(
  folder: Folder,
  file: string,
): Promise<{ readonly embedding: Embedding; readonly hash: string } | undefined> {
  const bytes = await folder.bytes(file);
  if (bytes.length === 0) return undefined;
  const embedding = await openEmbedding(bytesSource(basename(file), bytes), imageCodec());
  return embedding && { embedding, hash: createHash('sha256').update(bytes).digest('hex') };
}

async function checkFile(one: FileCase, result: Verdict, setup: Setup): Promise<void> {
  if (!isEmbeddingName(one.file)) {
    result.same('status', 'ignored', one.status);
    return;
  }
  const opened = await open(setup.folder, one.file).catch((error: unknown) => {
    if (error instanceof SdError) return error;
    throw error;
  });
  if (one.status === 'error') {
    // A reader that understands more forms is no mistake, except where it is said to be one.
    if (one.must_refuse === true && !(opened instanceof SdError)) result.fail('was not refused');
    return;
  }
  if (opened instanceof SdError) throw opened;
  if (opened === undefined) {
    result.same('status', 'ignored', one.status);
    return;
  }
  const { embedding, hash } = opened;
  const { vectors } = embedding;
  result.same('status', fitsWidth(embedding, setup.width) ? 'loaded' : 'skipped', one.status);
  result.same(
    'what it is',
    [
      embedding.name,
      embedding.count,
      embedding.width,
      embedding.step,
      embedding.checkpoint,
      embedding.checkpointName,
    ].map((part) => part ?? null),
    [one.name, one.vectors, one.width, one.step, one.sd_checkpoint, one.sd_checkpoint_name],
  );
  result.same('hash', [hash, hash.slice(0, 12)], [one.hash, one.shorthash]);
  if (one.trigger_ids) result.same('trigger', clipTokenizer().encode(embedding.name), one.trigger_ids);
  if (one.checksum !== undefined)
    result.same('checksum', vectors.kind === 'single' && embeddingChecksum(vectors.vec), one.checksum);
  const parts: Readonly<Record<string, Tensor>> =
    vectors.kind === 'single' ? { vec: vectors.vec } : { clip_l: vectors.clipL, clip_g: vectors.clipG };
  for (const name of Object.keys(one.tensors ?? {}))
    await compare(name, parts[name] ?? tensor([0]), one, result, setup);
}

function checkFolder(one: FolderCase, result: Verdict, setup: Setup): void {
  // Of forms that A1111 refuses, Graft reads some more.
  const more = new Set(setup.refused);
  const known = [...setup.embeddings].filter(([path]) => !more.has(path)).map(([, embedding]) => embedding);
  const { loaded, skipped } = listEmbeddings(known, one.expected_width);
  const names = (list: readonly Embedding[]): string[] => list.map(({ name }) => name);
  result.same('loaded', names(loaded), one.loaded);
  result.same('skipped', names(skipped), one.skipped);
}

async function checkCreate(one: CreateCase, result: Verdict, setup: Setup): Promise<void> {
  const { weights } = await goldenModel(setup.folder);
  const [, table] = [...weights].find(([name]) => name.endsWith('token_embedding.weight'))!;
  const words = await tableRows(
    table,
    one.init_text === '' ? [] : clipTokenizer().encode(one.init_text).slice(0, one.vectors),
  );
  result.same('file name', `${fileSafeName(one.name)}.pt`, one.file_name);
  await compare('vec', initialVectors(words, one.vectors), one, result, setup);
}

async function checkEncode(one: EncodeCase, result: Verdict, setup: Setup): Promise<void> {
  const { loaded } = listEmbeddings(setup.embeddings.values(), setup.width);
  const index = indexEmbeddings(
    loaded.map(({ name, count }) => ({ name, vectors: count })),
    clipTokenizer(),
  );
  const { chunks } = chunkPrompt(one.text, clipTokenizer(), { embeddings: index });
  const placed = chunks.map(({ placements }) =>
    placements.map(({ offset, embedding }) => [offset, embedding.name, embedding.vectors] as const),
  );
  result.same('fixes', placed, one.fixes);
  result.same(
    'tokens',
    chunks.map(({ tokens }) => tokens),
    one.tokens,
  );
  const used = new Set(placed.flat().map(([, name]) => name));
  const hashes = [...used].map(
    (name) => `${name}: ${setup.hashes.get(loaded.find((embedding) => embedding.name === name)!)!.slice(0, 12)}`,
  );
  result.same('hashes', hashes.length === 0 ? null : hashes.join(', '), one.ti_hashes);
  const vectors = new Map(
    loaded.flatMap(({ name, vectors: sets }) => (sets.kind === 'single' ? [[name, sets.vec] as const] : [])),
  );
  const { z } = await encodeTexts([one.text], clipTokenizer(), goldenText(setup.networks, vectors), {
    embeddings: index,
  });
  await compare('z', z, one, result, setup);
}

async function checkPicture(one: PictureCase, result: Verdict, setup: Setup): Promise<void> {
  const { folder, models, embeddings: files, hashes, width } = setup;
  // A1111 takes the words of embeddings for other models as they are; Graft refuses them, so they are not offered.
  const fitting = [...files.values()].filter((one) => fitsWidth(one, width));
  const networks: NetworkSource = {
    adapter: async () => undefined,
    hypernetwork: async () => undefined,
    embeddings: async () =>
      fitting.map((embedding) => ({
        name: embedding.name,
        open: async () => embedding,
        hash: async () => hashes.get(embedding)!.slice(0, 12),
      })),
  };
  const drawn = await drawOne(one.request, models, networks);
  // A1111 forgets the hashes of texts that it had encoded before.
  const forgotten = !one.infotext.includes('TI hashes: ');
  const infotext = forgotten ? drawn.infotext.replace(/, TI hashes: "[^"\n]*"/, '') : drawn.infotext;
  const { image, tolerance } = one;
  const expected = {
    latents: await folder.tensor(one.tensors!['latent']!),
    latentTolerance: tolerance,
    image,
    pixel: tolerance.pixel,
    infotext: one.infotext,
  };
  await compareDrawn({ ...drawn, infotext }, expected, result, folder);
}

async function compare(name: string, actual: Tensor, one: Common, result: Verdict, { folder }: Setup): Promise<void> {
  const expected = await folder.tensor(one.tensors![name]!);
  if (name !== 'z') result.same(`${name} shape`, actual.shape, expected.shape);
  result.close(name, actual.data, expected.data, one.tolerance);
}
