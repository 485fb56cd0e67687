import { ModelError } from '../errors/index.ts';
import type { Tensor } from '../tensor/index.ts';
import type { ChunkEncoder } from '../text/index.ts';
import type { Networks, TokenPatch } from './networks.ts';

/**
 * A checkpoint's text tower as the prompt language needs it. `vectors`: the embeddings [v, d] by the names that prompts use.
 * Throws ModelError for an embedding of another width.
 */
export function chunkEncoder(networks: Networks, vectors: ReadonlyMap<string, Tensor> = new Map()): ChunkEncoder {
  return (tokens, { clipSkip, placements }) => {
    const patches: TokenPatch[] = placements.flatMap((row, window) =>
      row.map(({ offset, embedding }) => ({ window, at: offset + 1, vectors: vectorsOf(embedding.name) })),
    );
    return networks.encodeText(tokens, { clipSkip, patches });
  };

  function vectorsOf(name: string): Tensor {
    const found = vectors.get(name);
    if (!found) throw new ModelError(name, 'is no embedding that is loaded');
    if (found.shape[1] !== networks.text.width) {
      throw new ModelError(name, `the embedding is ${found.shape[1]} wide, the text encoder ${networks.text.width}`, {
        hint: 'It was made for another base model.',
      });
    }
    return found;
  }
}
