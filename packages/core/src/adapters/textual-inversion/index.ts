/** Textual inversion: embeddings in files and pictures. */
export { EMBEDDING_TEXT, embeddingOfPixels, embeddingOfText } from './card.ts';
export { fileSafeName, initialVectors, tableRows } from './create.ts';
export {
  checkWidth,
  embeddingBase,
  embedding,
  EMBEDDING_HINT,
  embeddingChecksum,
  fitsWidth,
  readEmbedding,
  type Embedding,
  type EmbeddingNotes,
  type EmbeddingVectors,
} from './embedding.ts';
export { isEmbeddingName, listEmbeddings, openEmbedding, stemOf } from './open.ts';
