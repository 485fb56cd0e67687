import { tensor, type Tensor } from '../tensor/index.ts';
import { EMPTY_CHUNK, chunkPrompt, type Chunk, type ChunkOptions, type Placement } from './chunks.ts';
import { applyEmphasis } from './emphasis.ts';
import { chunkPromptOld } from './old-emphasis.ts';
import type { Tokenizer } from './tokenizer.ts';
import { END, WINDOW } from './window.ts';

/** What a text encoder makes of texts. */
export interface EncodedText {
  /** A vector for each token [texts, tokens, width]. */
  readonly z: Tensor;
  /** One vector for each whole text [texts, width], of encoders that have it. */
  readonly pooled?: Tensor | undefined;
}

/**
 * Runs a text encoder on one chunk of each text. tokens: [rows][77] ids, filled with the tokenizer's `pad`;
 * `placements` per row. → z [rows, 77, width]
 */
export type ChunkEncoder = (
  tokens: readonly (readonly number[])[],
  options: { readonly clipSkip: number; readonly placements: readonly (readonly Placement[])[] },
) => Promise<EncodedText>;

export interface EncodeOptions extends ChunkOptions {
  /** A1111's "Clip skip": 1 takes the last layer. Default 1. */
  readonly clipSkip?: number | undefined;
  /** The old implementation of emphasis. */
  readonly oldEmphasis?: boolean | undefined;
  /** At least so many chunks, the last ones empty: two encoders' texts have to be of one length. */
  readonly chunks?: number | undefined;
}

/** The chunks of texts that are encoded together: [chunk][text], shorter texts completed with empty chunks. */
export function chunkBatch(texts: readonly string[], tokenizer: Tokenizer, options: EncodeOptions = {}): Chunk[][] {
  const split = options.oldEmphasis === true ? chunkPromptOld : chunkPrompt;
  const perText = texts.map((text) => split(text, tokenizer, options).chunks);
  const most = perText.reduce((count, chunks) => Math.max(count, chunks.length), options.chunks ?? 0);
  return Array.from({ length: most }, (_, i) => perText.map((chunks) => chunks[i] ?? EMPTY_CHUNK));
}

/**
 * Encodes texts as one batch: chunk by chunk, each weighted over the batch, joined on the token axis → z [texts, 77 ·
 * chunks, width]. The pooled vector is that of the first chunk, and nothing weights it. `texts` must not be empty.
 * Throws as `chunkPrompt`. A1111 `modules/sd_hijack_clip.py` forward.
 */
export async function encodeTexts(
  texts: readonly string[],
  tokenizer: Tokenizer,
  encoder: ChunkEncoder,
  options: EncodeOptions = {},
): Promise<EncodedText> {
  const batches = chunkBatch(texts, tokenizer, options);
  const parts: Tensor[] = [];
  let pooled: Tensor | undefined;
  for (const chunks of batches) {
    const encoded = await encoder(
      chunks.map(({ tokens }) => padTokens(tokens, tokenizer.pad)),
      { clipSkip: options.clipSkip ?? 1, placements: chunks.map(({ placements }) => placements) },
    );
    pooled ??= encoded.pooled;
    parts.push(
      applyEmphasis(
        options.emphasis ?? 'Original',
        encoded.z,
        chunks.map(({ weights }) => weights),
      ),
    );
  }
  return { z: joinChunks(parts), pooled };
}

/** The ids of a chunk as an encoder takes them: everything after the first END is `pad`. */
export function padTokens(tokens: readonly number[], pad: number): number[] {
  const end = tokens.indexOf(END);
  return tokens.map((token, i) => (end >= 0 && i > end ? pad : token));
}

function joinChunks(parts: readonly Tensor[]): Tensor {
  const [rows = 0, , width = 0] = parts[0]?.shape ?? [];
  const size = WINDOW * width;
  const out = tensor([rows, parts.length * WINDOW, width]);
  parts.forEach((part, chunk) => {
    for (let row = 0; row < rows; row++)
      out.data.set(part.data.subarray(row * size, (row + 1) * size), (row * parts.length + chunk) * size);
  });
  return out;
}
