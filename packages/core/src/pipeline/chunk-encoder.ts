import { ModelError } from '../errors/index.ts';
import { stateOf, type TowerUse } from '../models/index.ts';
import type { Tensor } from '../tensor/index.ts';
import type { ChunkEncoder } from '../text/index.ts';
import type { TextNetwork, TokenPatch } from './networks.ts';

export interface ChunkEncoderOptions {
  /** What of the encoder the base model uses. */
  readonly use: TowerUse;
  /** A1111's setting `sdxl_clip_l_skip`. */
  readonly clipLSkip?: boolean | undefined;
  /** The embeddings [v, d] by the names that prompts use. */
  readonly vectors?: ReadonlyMap<string, Tensor> | undefined;
}

/** A text encoder as the prompt language needs it. Throws ModelError for an embedding of another width. */
export function chunkEncoder(
  network: TextNetwork,
  { use, clipLSkip = false, vectors = new Map() }: ChunkEncoderOptions,
): ChunkEncoder {
  const tower = { naming: network.naming, layers: network.config.layers };
  return (tokens, { clipSkip, placements }) => {
    const patches: TokenPatch[] = placements.flatMap((row, window) =>
      row.map(({ offset, embedding }) => ({ window, at: offset + 1, vectors: vectorsOf(embedding.name) })),
    );
    const state = stateOf(use, tower, { clipSkip, clipLSkip });
    return network.encode(tokens, { state, norm: use.norm, pooled: use.pooled, patches });
  };

  function vectorsOf(name: string): Tensor {
    const found = vectors.get(name);
    if (!found) throw new ModelError(name, 'is no embedding that is loaded');
    const { width } = network.config;
    if (found.shape[1] !== width) {
      throw new ModelError(name, `the embedding is ${found.shape[1]} wide, the text encoder ${width}`, {
        hint: 'It was made for another base model.',
      });
    }
    return found;
  }
}
