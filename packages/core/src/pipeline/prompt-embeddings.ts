import { checkWidth, embedding, fitsWidth, type Embedding } from '../adapters/textual-inversion/index.ts';
import type { BundledEmbedding } from '../adapters/index.ts';
import { AdapterError } from '../errors/index.ts';
import { tensor, widen, type Tensor } from '../tensor/index.ts';
import { indexEmbeddings, type ChunkEncoder, type EmbeddingIndex, type Tokenizer } from '../text/index.ts';
import { chunkEncoder } from './chunk-encoder.ts';
import type { ListedEmbedding, NetworkSource, PromptNetworks } from './extra-networks.ts';
import type { Networks } from './networks.ts';

/** An embedding that a prompt may name. */
interface Known {
  readonly embedding: Embedding;
  /** The twelve digits that infotexts have for it; undefined where they are not known. */
  hash(): Promise<string | undefined>;
}

/** The embeddings of a pass on a model. */
export interface PassEmbeddings {
  readonly index: EmbeddingIndex;
  /** Throws AdapterError when a text names an embedding of another base model. */
  encoder(networks: Networks): ChunkEncoder;
  hash(name: string): Promise<string | undefined>;
}

/**
 * Opens the embeddings that some texts may name, and those that adapters bring. Of one name, those of the source come before those of
 * adapters (A1111). Throws FormatError for a file that is named and cannot be read, AdapterError for numbers that are not finite.
 */
export async function openEmbeddings(
  texts: readonly string[],
  source: NetworkSource | undefined,
): Promise<(networks: PromptNetworks, width: number, tokenizer: Tokenizer) => Promise<PassEmbeddings>> {
  const said = plain(texts.join(' '));
  const byName = new Map<string, ListedEmbedding[]>();
  for (const one of (await source?.embeddings()) ?? [])
    if (said.includes(plain(one.name))) byName.set(one.name, [...(byName.get(one.name) ?? []), one]);
  const opened: Known[] = [];
  for (const list of byName.values())
    for (const one of list) opened.push({ embedding: finite(await one.open()), hash: () => one.hash() });

  return async ({ adapters }, width, tokenizer) => {
    const known = new Map<string, Known>();
    for (const one of opened) if (fitsWidth(one.embedding, width)) known.set(one.embedding.name, one);
    for (const { found } of adapters) {
      for (const one of found.network.embeddings) {
        const own = known.has(one.name) ? undefined : await bundledEmbedding(one);
        if (own && fitsWidth(own, width)) known.set(one.name, { embedding: finite(own), hash: async () => undefined });
      }
    }
    // What does not fit is only missed when it is named.
    for (const one of opened) if (!known.has(one.embedding.name)) known.set(one.embedding.name, one);
    const vectors = new Map<string, Tensor>();
    for (const [name, { embedding: one }] of known)
      if (one.vectors.kind === 'single') vectors.set(name, one.vectors.vec);
    const names = [...known.values()].map(({ embedding: { name, count } }) => ({ name, vectors: count }));
    return {
      index: indexEmbeddings(names, tokenizer),
      encoder(networks) {
        const encode = chunkEncoder(networks, vectors);
        return (tokens, options) => {
          for (const { embedding: named } of options.placements.flat())
            checkWidth(known.get(named.name)!.embedding, networks.text.width);
          return encode(tokens, options);
        };
      },
      hash: async (name) => known.get(name)?.hash(),
    };
  };
}

/** What of a text its tokens cannot hide: letters and digits, without regard to case. */
function plain(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');
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

/** The embedding that an adapter brings, for a single text encoder; undefined where it has none. */
async function bundledEmbedding({ name, tensors }: BundledEmbedding): Promise<Embedding | undefined> {
  const key = [...tensors.keys()].find((part) => part.startsWith('string_to_param.'));
  const entry = tensors.get(key ?? 'clip_l');
  if (!entry || (key === undefined && tensors.has('clip_g'))) return undefined;
  return embedding(name, { kind: 'single', vec: tensor(entry.shape, widen(entry.dtype, await entry.read())) });
}
