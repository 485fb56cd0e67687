import { RequestError } from '../errors/index.ts';
import { parseAttention } from './attention.ts';
import { NO_EMBEDDINGS, type EmbeddingIndex, type EmbeddingName } from './embeddings.ts';
import type { Emphasis } from './emphasis.ts';
import type { Tokenizer } from './tokenizer.ts';
import { CHUNK, COMMA, END, START, fillWindow } from './window.ts';

/**
 * Where an embedding's vectors go: over the token embeddings from row `offset + 1` of the chunk on, START being row 0.
 * Those that lie beyond the chunk are left out.
 */
export interface Placement {
  readonly offset: number;
  readonly embedding: EmbeddingName;
}

/** 77 tokens that the text encoder takes at once: START, 75 tokens, END. */
export interface Chunk {
  readonly tokens: readonly number[];
  /** A weight for each of them. */
  readonly weights: readonly number[];
  readonly placements: readonly Placement[];
}

export interface ChunkOptions {
  /** Default "Original". */
  readonly emphasis?: Emphasis | undefined;
  /** How far back, in tokens, a chunk may be cut at a comma; 0 never does. Default 20. */
  readonly commaBacktrack?: number | undefined;
  /** Default none. */
  readonly embeddings?: EmbeddingIndex | undefined;
}

export interface ChunkedPrompt {
  readonly chunks: readonly Chunk[];
  /** Tokens up to the last, with those that fill earlier chunks. */
  readonly count: number;
}

/** The chunk of up to 75 tokens, filled with END. */
export function toChunk(
  tokens: readonly number[],
  weights: readonly number[],
  placements: readonly Placement[],
): Chunk {
  return { tokens: fillWindow([START, ...tokens], END), weights: fillWindow([1, ...weights], 1), placements };
}

/** The chunk of an empty prompt. */
export const EMPTY_CHUNK: Chunk = toChunk([], [], []);

/** The tokens that a prompt of `count` tokens has room for: full chunks, at least one. */
export function tokenLimit(count: number): number {
  return Math.ceil(Math.max(count, 1) / CHUNK) * CHUNK;
}

/**
 * Splits a prompt (one text of a schedule) into chunks. Each piece of equal weight is tokenized by itself; BREAK ends a
 * chunk; text after the last comma of a full chunk moves to the next when it is short enough, without embeddings placed
 * in it. Throws FormatError as `parseAttention` and `Tokenizer.encode`, and RequestError for an embedding of more than
 * 75 vectors. A1111 `modules/sd_hijack_clip.py` tokenize_line.
 */
export function chunkPrompt(text: string, tokenizer: Tokenizer, options: ChunkOptions = {}): ChunkedPrompt {
  const { emphasis = 'Original', commaBacktrack = 20, embeddings = NO_EMBEDDINGS } = options;
  const pieces = emphasis === 'None' ? [{ text, weight: 1 }] : parseAttention(text);
  const chunks = createChunks();
  for (const { text: piece, weight } of pieces) {
    if (piece === 'BREAK' && weight === -1) {
      chunks.close();
      continue;
    }
    const ids = tokenizer.encode(piece);
    for (let at = 0; at < ids.length;) {
      const id = ids[at]!;
      if (id === COMMA) chunks.comma();
      else if (commaBacktrack !== 0) chunks.backtrack(commaBacktrack);
      if (chunks.room() === 0) chunks.close();
      const found = embeddings.find(ids, at);
      if (found === undefined) {
        chunks.add(id, weight);
        at++;
      } else {
        chunks.place(found.embedding, weight);
        at += found.ids;
      }
    }
  }
  return chunks.finish();
}

interface Builder {
  /** Free tokens of the open chunk. */
  room(): number;
  add(id: number, weight: number): void;
  /** Notes that the next token is a comma. */
  comma(): void;
  /** In a full chunk with a comma among the last `reach` tokens: moves what follows it to a new chunk. */
  backtrack(reach: number): void;
  place(embedding: EmbeddingName, weight: number): void;
  /** Fills the open chunk and begins another. */
  close(): void;
  finish(): ChunkedPrompt;
}

function createChunks(): Builder {
  const chunks: Chunk[] = [];
  let count = 0;
  let tokens: number[] = [];
  let weights: number[] = [];
  let placements: Placement[] = [];
  let lastComma = -1;
  const builder: Builder = {
    room: () => CHUNK - tokens.length,
    add(id, weight) {
      tokens.push(id);
      weights.push(weight);
    },
    comma() {
      lastComma = tokens.length;
    },
    backtrack(reach) {
      if (tokens.length < CHUNK || lastComma < 0 || tokens.length - lastComma > reach) return;
      const movedTokens = tokens.splice(lastComma + 1);
      const movedWeights = weights.splice(lastComma + 1);
      builder.close();
      tokens = movedTokens;
      weights = movedWeights;
    },
    place(embedding, weight) {
      if (embedding.vectors > CHUNK)
        throw new RequestError(
          'prompt',
          `the embedding "${embedding.name}" has ${embedding.vectors} vectors, at most ${CHUNK} fit`,
          {
            hint: 'Use an embedding of fewer vectors.',
          },
        );
      if (embedding.vectors > builder.room()) builder.close();
      placements.push({ offset: tokens.length, embedding });
      for (let i = 0; i < embedding.vectors; i++) builder.add(0, weight);
    },
    close() {
      count += CHUNK;
      chunks.push(toChunk(tokens, weights, placements));
      tokens = [];
      weights = [];
      placements = [];
      lastComma = -1;
    },
    finish() {
      if (tokens.length > 0 || chunks.length === 0) {
        count += tokens.length;
        chunks.push(toChunk(tokens, weights, placements));
      }
      return { chunks, count };
    },
  };
  return builder;
}
