import type { ByteSource } from '../../bytes/index.ts';
import { FormatError } from '../../errors/index.ts';
import { imageType, openModelFile, readImageText } from '../../formats/index.ts';
import type { ImageCodec } from '../../image/index.ts';
import { EMBEDDING_TEXT, embeddingOfPixels, embeddingOfText } from './card.ts';
import { readEmbedding, type Embedding } from './embedding.ts';

/** Enough for every kind of picture to be told. */
const HEAD = 32;
/** Bytes of the largest picture file that is searched. */
const PICTURE_LIMIT = 256 << 20;

/**
 * The embedding in a file of any form, a picture included; undefined for an ordinary picture. The content decides what the
 * file is. Its word is the file's stem; pictures may bring a name of their own.
 * Throws FormatError, and the source's own errors.
 */
export async function openEmbedding(
  source: ByteSource,
  pictures: Pick<ImageCodec, 'decode'>,
): Promise<Embedding | undefined> {
  const name = stemOf(source.name);
  const head = await source.read(0, Math.min(HEAD, source.size));
  const type = imageType(head);
  if (type === undefined) return readEmbedding(await openModelFile(source), name);
  if (source.size > PICTURE_LIMIT)
    throw new FormatError('too-large', source.name, `is a picture of ${source.size} bytes`);
  const bytes = await source.read(0, source.size);
  const text = type === 'png' ? readImageText(bytes, { name: source.name }).fields.get(EMBEDDING_TEXT) : undefined;
  if (text !== undefined) return embeddingOfText(text, name);
  return type === 'jpeg' ? undefined : embeddingOfPixels(await pictures.decode(bytes, source.name), name);
}

/** A file's name without its last extension. */
export function stemOf(name: string): string {
  return name.replace(/\.[^.]*$/, '') || name;
}

const MODELS = /\.(pt|bin|safetensors)$/i;
const PICTURES = /\.(png|webp|jxl|avif)$/i;
/** A picture that only shows what another file makes. */
const PREVIEW = /\.preview\.[^.]+$/i;

/** Whether A1111 looks for an embedding in a file of this name. Empty files are passed over whatever their name. */
export function isEmbeddingName(name: string): boolean {
  return MODELS.test(name) || (PICTURES.test(name) && !PREVIEW.test(name));
}

/** The embeddings of a folder as A1111 lists them for a text encoder of `width`: of one name the last counts. */
export function listEmbeddings(
  embeddings: Iterable<Embedding>,
  width: number,
): { readonly loaded: readonly Embedding[]; readonly skipped: readonly Embedding[] } {
  const [loaded, skipped] = [new Map<string, Embedding>(), new Map<string, Embedding>()];
  for (const one of embeddings) (one.width === width ? loaded : skipped).set(one.name, one);
  const sorted = (map: ReadonlyMap<string, Embedding>): Embedding[] =>
    [...map.values()].toSorted((a, b) => compare(a.name.toLowerCase(), b.name.toLowerCase()));
  return { loaded: sorted(loaded), skipped: sorted(skipped) };
}

/** By code points, as Python does. */
function compare(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const order = left[i]!.codePointAt(0)! - right[i]!.codePointAt(0)!;
    if (order !== 0) return order;
  }
  return left.length - right.length;
}
