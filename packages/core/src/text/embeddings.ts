import type { Tokenizer } from './tokenizer.ts';

/** A textual inversion embedding as the prompt sees it. */
export interface EmbeddingName {
  /** The word that calls it: the file's stem. */
  readonly name: string;
  /** Its vectors, one a token. */
  readonly vectors: number;
}

/** Finds the embeddings among the ids of a text. */
export interface EmbeddingIndex {
  /** The embedding whose name's ids stand at `at`, the longest first, and how many ids these are. */
  find(ids: readonly number[], at: number): { readonly embedding: EmbeddingName; readonly ids: number } | undefined;
}

/** No embeddings. */
export const NO_EMBEDDINGS: EmbeddingIndex = { find: () => undefined };

/**
 * Indexes embeddings by the ids of their names; a name without ids is never found. A1111 `modules/textual_inversion`.
 */
export function indexEmbeddings(embeddings: readonly EmbeddingName[], tokenizer: Tokenizer): EmbeddingIndex {
  const byFirst = new Map<number, { readonly embedding: EmbeddingName; readonly name: readonly number[] }[]>();
  for (const embedding of embeddings) {
    const name = tokenizer.encode(embedding.name);
    const [first] = name;
    if (first === undefined) continue;
    const list = byFirst.get(first) ?? [];
    list.push({ embedding, name });
    byFirst.set(
      first,
      list.sort((a, b) => b.name.length - a.name.length),
    );
  }
  return {
    find(ids, at) {
      const found = byFirst.get(ids[at]!)?.find(({ name }) => name.every((id, i) => ids[at + i] === id));
      return found && { embedding: found.embedding, ids: found.name.length };
    },
  };
}
