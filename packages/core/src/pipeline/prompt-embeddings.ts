import { checkWidth, embedding, embeddingBase, type Embedding } from '../adapters/textual-inversion/index.ts';
import type { BundledEmbedding } from '../adapters/index.ts';
import { AdapterError, SdError } from '../errors/index.ts';
import type { TextComponent } from '../models/index.ts';
import { tensor, widen, type Tensor } from '../tensor/index.ts';
import {
  chunkBatch,
  clipTokenizer,
  indexEmbeddings,
  openClipTokenizer,
  parseNetworks,
  type EmbeddingName,
} from '../text/index.ts';
import type { PipelineContext } from './context.ts';
import { plainName, type ListedEmbedding, type NetworkSource, type PromptNetworks } from './extra-networks.ts';
import type { TextNetwork } from './networks.ts';
import type { Options } from './options.ts';
import { requestTexts } from './prompts.ts';
import type { GenerateRequest } from './request.ts';

/** An embedding that a prompt may name. */
interface Known {
  readonly embedding: Embedding;
  /** Somebody asked for its file. */
  readonly wanted?: boolean | undefined;
  /** A text names it; told of those that somebody asked for. */
  readonly said?: boolean;
  /** What infotexts have for it: twelve digits, or the name of the adapter that brings it; undefined where there is none. */
  hash(): Promise<string | undefined>;
}

/** The text encoders that embeddings must fit. */
export interface EmbeddingHost {
  readonly texts: Readonly<Partial<Record<TextComponent, Pick<TextNetwork, 'config'>>>>;
}

/** The embeddings of a pass on a model: those that fit its text encoders. */
export interface PassEmbeddings {
  readonly names: readonly EmbeddingName[];
  /** Their vectors [v, d] for a text encoder, by name. */
  vectors(component: TextComponent): ReadonlyMap<string, Tensor>;
  hash(name: string): Promise<string | undefined>;
  /** Names that several of them have, of which the last counts. */
  readonly doubled: ReadonlySet<string>;
  /** Those of other base models, whose words mean nothing here. */
  readonly misfits: readonly Embedding[];
  /** What to tell of those that cannot be read and that a text names, and of those that somebody asked for, that do not fit and that none does. */
  readonly notes: readonly string[];
  /** Throws AdapterError for one that somebody asked for, that does not fit and that a text names. */
  check(): void;
}

/**
 * Opens the embeddings that some texts may name, those that somebody asked for, and those that adapters bring. Of one name, those of the
 * source come before those of adapters (A1111). A file that cannot be read is told where a text names it, and its name is words. Throws the
 * errors of reading one that somebody asked for, AdapterError for numbers that are not finite.
 */
export async function openEmbeddings(
  texts: readonly string[],
  source: NetworkSource | undefined,
  { lora_bundled_ti_to_infotext: tellsBundled = true }: Partial<Pick<Options, 'lora_bundled_ti_to_infotext'>> = {},
): Promise<(networks: PromptNetworks, model: EmbeddingHost) => Promise<PassEmbeddings>> {
  const said = plain(texts.join(' '));
  const byName = new Map<string, ListedEmbedding[]>();
  for (const one of (await source?.embeddings()) ?? [])
    if (one.wanted === true || said.includes(plain(one.name)))
      byName.set(one.name, [...(byName.get(one.name) ?? []), one]);
  const opened: Known[] = [];
  const broken: { readonly name: string; readonly note: string }[] = [];
  for (const one of [...byName.values()].flat()) {
    try {
      const { name, wanted } = one;
      const known = { embedding: finite(await one.open()), wanted, hash: () => one.hash() };
      opened.push(wanted === true ? { ...known, said: stands(name, texts) } : known);
    } catch (error) {
      // The letters of a name may be part of any word: a file that nobody names is nobody's trouble.
      if (one.wanted === true || !(error instanceof SdError)) throw error;
      if (!stands(one.name, texts)) continue;
      if (error instanceof AdapterError) throw error;
      broken.push({ name: one.name, note: `${error.message}; the name "${one.name}" is read as ordinary words.` });
    }
  }

  return async ({ adapters }, { texts: towers }) => {
    const known = new Map<string, Known>();
    const doubled = new Set<string>();
    const misfits: Embedding[] = [];
    for (const one of opened) {
      const { name } = one.embedding;
      if (!fits(one.embedding, towers)) {
        misfits.push(one.embedding);
        continue;
      }
      if (known.has(name)) doubled.add(name);
      known.set(name, one);
    }
    for (const { found, mentioned } of adapters) {
      const hash = async (): Promise<string | undefined> => (tellsBundled ? plainName(mentioned) : undefined);
      for (const one of found.network.embeddings) {
        const own = known.has(one.name) ? undefined : await bundledEmbedding(one);
        if (own && fits(own, towers)) known.set(one.name, { embedding: finite(own), hash });
      }
    }
    const wrong = opened.filter(({ embedding: one, wanted }) => wanted === true && !fits(one, towers));
    return {
      names: [...known.values()].map(({ embedding: { name, count } }) => ({ name, vectors: count })),
      vectors: (component) =>
        new Map([...known].map(([name, { embedding: one }]) => [name, vectorsFor(one, component)])),
      hash: async (name) => known.get(name)?.hash(),
      doubled,
      misfits: misfits.filter(({ name }) => !known.has(name)),
      notes: [
        ...broken.filter(({ name }) => !known.has(name)).map(({ note }) => note),
        ...wrong.filter((one) => one.said !== true).map(({ embedding: one }) => misfitNote(one, towers)),
      ],
      check() {
        for (const { embedding: one, said: named } of wrong) if (named === true) checkWidth(one, widthOf(towers));
      },
    };
  };
}

/**
 * What to tell of embeddings that somebody asked for and that no text of some requests names: they do nothing. One request of several may
 * well be without them. Throws RequestError for an unknown style, and the errors of opening them.
 */
export async function unsaidNotes(
  requests: readonly GenerateRequest[],
  context: Pick<PipelineContext, 'networks' | 'styles'>,
): Promise<string[]> {
  const wanted = ((await context.networks?.embeddings()) ?? []).filter((one) => one.wanted === true);
  if (wanted.length === 0) return [];
  const texts = [...new Set(requests.flatMap((request) => Object.values({ ...requestTexts(request, context) })))];
  const unsaid = wanted.filter(({ name }) => !stands(name, texts));
  // What is no embedding is refused, and no word calls it.
  for (const one of unsaid) await one.open();
  return unsaid.map(({ name }) => `The embedding "${name}" does nothing here: write ${name} in the prompt to call it.`);
}

/** Width of all text encoders together. */
function widthOf(towers: EmbeddingHost['texts']): number {
  return Object.values(towers).reduce((sum, { config }) => sum + config.width, 0);
}

/** The sentence for an embedding whose word means nothing on a model, or on the refiner. */
export function misfitNote(one: Embedding, towers: EmbeddingHost['texts'], role = 'model'): string {
  const base = embeddingBase(one);
  return (
    `The embedding "${one.name}" is ${one.width} wide${base === undefined ? '' : ` (${base})`} and the ${role}'s text encoder ` +
    `${widthOf(towers)}: its name is read as ordinary words.`
  );
}

/** Whether an embedding has vectors as wide as each text encoder. */
function fits(one: Embedding, towers: EmbeddingHost['texts']): boolean {
  const used = Object.entries(towers);
  // Both parts are one width for A1111: one of them alone fits nothing, SDXL's refiner neither.
  if ((one.vectors.kind === 'pair') !== used.length > 1) return false;
  return used.every(
    ([component, tower]) => vectorsFor(one, component as TextComponent).shape[1] === tower.config.width,
  );
}

function vectorsFor({ vectors }: Embedding, component: TextComponent): Tensor {
  if (vectors.kind === 'single') return vectors.vec;
  return component === 'te1' ? vectors.clipL : vectors.clipG;
}

/** What of a text its tokens cannot hide: letters and digits, without regard to case. */
function plain(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');
}

/** Whether a name stands in texts as tokens of its own, which an embedding takes the place of. */
function stands(name: string, texts: readonly string[]): boolean {
  const { texts: bare } = parseNetworks(texts);
  return [clipTokenizer(), openClipTokenizer()].some((tokenizer) => {
    const embeddings = indexEmbeddings([{ name, vectors: 1 }], tokenizer);
    return chunkBatch(bare, tokenizer, { embeddings })
      .flat()
      .some(({ placements }) => placements.length > 0);
  });
}

function finite(one: Embedding): Embedding {
  const { vectors } = one;
  for (const { data } of vectors.kind === 'single' ? [vectors.vec] : [vectors.clipL, vectors.clipG])
    if (!data.every(Number.isFinite)) {
      throw new AdapterError(one.name, 'its vectors hold numbers that are not finite', {
        hint: 'The training went wrong or the file is damaged; get another version of it.',
      });
    }
  return one;
}

/** The embedding that an adapter brings, for one text encoder or for both of SDXL's; undefined where it has none. */
async function bundledEmbedding({ name, tensors }: BundledEmbedding): Promise<Embedding | undefined> {
  const read = async (key: string): Promise<Tensor | undefined> => {
    const entry = tensors.get(key);
    return entry && tensor(entry.shape, widen(entry.dtype, await entry.read()));
  };
  const param = [...tensors.keys()].find((part) => part.startsWith('string_to_param.'));
  const [clipL, clipG] = [await read('clip_l'), await read('clip_g')];
  if (param === undefined && clipL && clipG) return embedding(name, { kind: 'pair', clipL, clipG });
  const vec = param === undefined ? clipL : await read(param);
  return vec && embedding(name, { kind: 'single', vec });
}
