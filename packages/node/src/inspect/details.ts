import { openHypernetwork, type Hypernetwork } from '@graft/core/adapters/hypernetwork';
import { adapterHints, adapterResolver, bundledWords, readPeftConfig, type PeftConfig } from '@graft/core/adapters';
import {
  alphaHistogram,
  bestBase,
  blockNorms,
  fileModules,
  headerFault,
  notFinite,
  type BlockNorms,
  type FileModule,
} from '@graft/core/adapters/inspect';
import { readEmbedding, stemOf, type Embedding } from '@graft/core/adapters/textual-inversion';
import type { ByteSource } from '@graft/core/bytes';
import { SdError } from '@graft/core/errors';
import { hashModel, kohyaHashes, type KohyaHashes, type ModelFile, type ModelHashes } from '@graft/core/formats';
import {
  asCheckpointFile,
  DEFAULT_PREDICTION,
  statedPrediction,
  weightRefs,
  type Description,
  type PredictionDecision,
  type PredictionSigns,
} from '@graft/core/models';
import { trainingSettings, trainingTags, triggerWords, type TrainingSetting } from '@graft/core/models/metadata';
import { checkpointShapes, findPlaces, knownNames, type KnownBase } from '@graft/core/models/names';
import { nodeHashers } from '../hashes.ts';
import { textTowers, type TowerFacts } from './towers.ts';

/** How deep to look. */
export interface InspectWish {
  /** Read the whole file for its checksums. */
  readonly hashes: boolean;
  /** Read the whole file for what it changes, block by block. */
  readonly norms: boolean;
  /** Whether the many small numbers of a file are cheap to read: it lies on a disk. */
  readonly local: boolean;
  /** Reads PEFT's configuration beside an adapter. */
  readonly peft: (() => Promise<unknown>) | undefined;
  /** What the configuration says that lies beside a checkpoint. */
  readonly config?: PredictionSigns['config'];
}

/** How the names of a file compare with those of a base model. */
export interface NameCheck {
  readonly base: KnownBase;
  /** Layers of an adapter, or keys of a checkpoint, that the base has not. */
  readonly unmatched: readonly string[];
  /** Keys of the base that a checkpoint lacks; none for adapters. */
  readonly missing: readonly string[];
}

/** What an embedding is. */
export type EmbeddingFacts = Omit<Embedding, 'vectors'> & {
  /** Euclidean length of each vector; of both parts together where there are two. */
  readonly lengths: readonly number[];
};

/** What a hypernetwork is. */
export type HypernetworkFacts = Omit<Hypernetwork, 'modules'> & { readonly widths: readonly number[] };

/** What a checkpoint's network predicts; `asked`: it is found out by running it, when it is loaded. */
export type PredictionFacts = PredictionDecision | 'asked';

/** What can be told of a model file besides its description. What does not apply is undefined. */
export interface Details {
  readonly triggerWords: readonly string[];
  /** Words of the captions and how often they stood there. */
  readonly tags: readonly (readonly [tag: string, count: number])[];
  readonly training: readonly TrainingSetting[];
  /** Modules by alpha. */
  readonly alphas: ReadonlyMap<number, number> | undefined;
  /** What PEFT's configuration beside an adapter says. */
  readonly peft: PeftConfig | undefined;
  readonly names: NameCheck | undefined;
  readonly prediction: PredictionFacts | undefined;
  /** The text encoders of a checkpoint. */
  readonly texts: readonly TowerFacts[] | undefined;
  /** Keys of an adapter that are no part of a layer and of no embedding that comes with it. */
  readonly unclaimed: readonly string[];
  /** Words of the embeddings that come with an adapter. */
  readonly brings: readonly string[];
  readonly norms: BlockNorms | undefined;
  readonly embedding: EmbeddingFacts | undefined;
  readonly hypernetwork: HypernetworkFacts | undefined;
  readonly hashes: ModelHashes | undefined;
  /** What kohya's trainers would write into the file. */
  readonly kohya: KohyaHashes | undefined;
  /** Why the file cannot be used although it looks like what it was described as. */
  readonly problem: string | undefined;
}

const KNOWN: readonly KnownBase[] = ['SD1', 'SD2', 'SDXL', 'SDXL refiner'];

/** Looks into a model file. Throws the source's own errors, and FormatError for broken tensors. */
export async function modelDetails(
  { file, source }: { readonly file: ModelFile; readonly source: ByteSource },
  description: Description,
  wish: InspectWish,
): Promise<Details> {
  const { metadata } = file;
  const { kind } = description;
  const isAdapter = description.adapter !== undefined;
  const modules = isAdapter ? fileModules(file) : [];
  const best = bestBase(modules, tablesOf(description), (names) => adapterResolver(file, names));
  const part = await partFacts(file, source, kind);
  const { config, fault } = await peftFacts(wish);
  const norms =
    isAdapter && wish.norms
      ? await blockNorms(modules, best?.resolve ?? (() => undefined), adapterHints(metadata, config))
      : undefined;
  return {
    triggerWords: triggerWords(metadata),
    tags: trainingTags(metadata),
    training: trainingSettings(metadata),
    alphas: isAdapter && (wish.local || wish.norms) ? await alphaHistogram(modules) : undefined,
    peft: config === undefined ? undefined : readPeftConfig(config),
    names: best ? { base: best.base, unmatched: best.unmatched, missing: [] } : checkpointNames(file, description),
    prediction: predictionFacts(file, description, wish.config),
    texts: kind === 'checkpoint' ? textTowers(file) : undefined,
    unclaimed: isAdapter ? unclaimedKeys(file, modules) : [],
    brings: isAdapter ? bundledWords(file) : [],
    norms,
    ...part,
    ...(isAdapter ? { problem: headerFault(file.name, modules) ?? numberFault(file.name, norms) ?? fault } : {}),
    hashes: wish.hashes ? await hashModel(source, nodeHashers) : undefined,
    kohya: wish.hashes && isAdapter ? await kohyaHashes(file, nodeHashers) : undefined,
  };
}

/** As opening the adapter would say it. */
function numberFault(file: string, norms: BlockNorms | undefined): string | undefined {
  return norms?.notFinite === undefined ? undefined : notFinite(file, norms.notFinite).message;
}

/** Name tables of the base models that an adapter may be for. */
function tablesOf({ adapter, bases }: Description): Map<KnownBase, ReturnType<typeof knownNames>> {
  const known = adapter ? KNOWN.filter((base) => bases.includes(base)) : [];
  return new Map(known.map((base) => [base, knownNames(base)]));
}

function unclaimedKeys({ tensors }: ModelFile, modules: readonly FileModule[]): string[] {
  const claimed = new Set(modules.flatMap(({ parts }) => [...parts.values()].map(({ name }) => name)));
  return [...tensors.keys()].filter((key) => !claimed.has(key) && !/^bundle_emb\.|^<.+>$/s.test(key));
}

/** PEFT's configuration, or what is wrong with it. Throws SdError `file`. */
async function peftFacts({ peft }: InspectWish): Promise<{ readonly config?: unknown; readonly fault?: string }> {
  try {
    return { config: await peft?.() };
  } catch (error) {
    if (error instanceof SdError && error.code !== 'file') return { fault: error.message };
    throw error;
  }
}

/** The keys of a checkpoint beside those of its base; text encoders in another spelling than the base's are passed over. */
function checkpointNames(file: ModelFile, { kind, bases }: Description): NameCheck | undefined {
  const base = KNOWN.find((one) => one === bases[0]);
  if (kind !== 'checkpoint' || base === undefined) return undefined;
  const { tensors } = asCheckpointFile(file);
  const shapes = checkpointShapes(base);
  const usual = new Map(findPlaces(shapes).map((place) => [place.component, place]));
  const other = findPlaces(tensors).flatMap((place) => {
    const own = usual.get(place.component);
    return own && own.naming !== place.naming ? [place.prefix, own.prefix] : [];
  });
  const counts = (key: string): boolean => !other.some((prefix) => key.startsWith(prefix));
  return {
    base,
    // Numbers from 0 on, which every checkpoint holds and nothing needs.
    unmatched: [...tensors.keys()].filter((key) => !shapes.has(key) && counts(key) && !isIdle(key)),
    missing: [...shapes.keys()].filter((key) => !tensors.has(key) && counts(key)),
  };
}

/** Tensors that say something of the file, or nothing. */
function isIdle(key: string): boolean {
  return key.endsWith('.position_ids') || key === 'v_pred' || key === 'ztsnr';
}

/** As a checkpoint's networks would be loaded: the webui asks those of plain SD2 alone. */
function predictionFacts(
  file: ModelFile,
  { kind, bases }: Description,
  config: InspectWish['config'],
): PredictionFacts | undefined {
  if (kind !== 'checkpoint' && kind !== 'unet') return undefined;
  const { tensors, metadata } = asCheckpointFile(file);
  const stated = statedPrediction({ config, metadata, tensors });
  const first = tensors.get('model.diffusion_model.input_blocks.0.0.weight') ?? tensors.get('input_blocks.0.0.weight');
  return stated ?? (bases[0] === 'SD2' && first?.shape[1] === 4 ? 'asked' : DEFAULT_PREDICTION);
}

/** What embeddings and hypernetworks say of themselves. */
async function partFacts(
  file: ModelFile,
  source: ByteSource,
  kind: Description['kind'],
): Promise<Pick<Details, 'embedding' | 'hypernetwork' | 'problem'>> {
  const nothing = { embedding: undefined, hypernetwork: undefined, problem: undefined };
  try {
    if (kind === 'embedding')
      return { ...nothing, embedding: embeddingFacts(await readEmbedding(file, stemOf(file.name))) };
    if (kind !== 'hypernetwork') return nothing;
    const { modules, ...facts } = openHypernetwork({ file, weights: weightRefs(file, source) }, stemOf(file.name));
    return { ...nothing, hypernetwork: { ...facts, widths: [...modules.keys()] } };
  } catch (error) {
    if (error instanceof SdError && error.code !== 'file') return { ...nothing, problem: error.message };
    throw error;
  }
}

/** An embedding without its vectors. */
export function embeddingFacts({ vectors, ...facts }: Embedding): EmbeddingFacts {
  const sets = vectors.kind === 'single' ? [vectors.vec] : [vectors.clipL, vectors.clipG];
  const squares = Array.from({ length: facts.count }, (_, i) =>
    sets.reduce((sum, { shape, data }) => {
      const width = shape[1]!;
      return data.subarray(i * width, (i + 1) * width).reduce((total, x) => total + x * x, sum);
    }, 0),
  );
  return { ...facts, lengths: squares.map(Math.sqrt) };
}
