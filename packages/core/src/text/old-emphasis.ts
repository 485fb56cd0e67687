import { NO_EMBEDDINGS } from './embeddings.ts';
import { toChunk, type ChunkOptions, type ChunkedPrompt, type Placement } from './chunks.ts';
import type { Tokenizer } from './tokenizer.ts';
import { CHUNK } from './window.ts';

/**
 * The webui's old way with weights (`use_old_emphasis_implementation`, SD1 only): tokens with brackets in them are
 * dropped and weight all that follow, and everything after 75 tokens is cut. Always one chunk. A1111
 * `modules/sd_hijack_clip_old.py`.
 */
export function chunkPromptOld(text: string, tokenizer: Tokenizer, options: ChunkOptions = {}): ChunkedPrompt {
  const { emphasis = 'Original', embeddings = NO_EMBEDDINGS } = options;
  const ids = tokenizer.encode(text);
  const tokens: number[] = [];
  const weights: number[] = [];
  const placements: Placement[] = [];
  let weight = 1;
  for (let at = 0; at < ids.length;) {
    const id = ids[at]!;
    const change = emphasis === 'None' ? 1 : bracketWeight(tokenizer.piece(id));
    const found = change === 1 ? embeddings.find(ids, at) : undefined;
    if (change !== 1) {
      weight *= change;
    } else if (found === undefined) {
      tokens.push(id);
      weights.push(weight);
    } else {
      placements.push({ offset: tokens.length, embedding: found.embedding });
      for (let i = 0; i < found.embedding.vectors; i++) {
        tokens.push(0);
        weights.push(weight);
      }
    }
    at += found?.ids ?? 1;
  }
  return {
    chunks: [toChunk(tokens.slice(0, CHUNK), weights.slice(0, CHUNK), placements)],
    count: tokens.length,
  };
}

/** What the brackets of a token do to the weight, one after the other. */
function bracketWeight(piece: string): number {
  let weight = 1;
  for (const char of piece) {
    if (char === '(' || char === ']') weight *= 1.1;
    else if (char === ')' || char === '[') weight /= 1.1;
  }
  return weight;
}
