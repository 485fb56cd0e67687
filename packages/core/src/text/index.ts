/** Prompts: the tokenizer, the prompt language of the webui, and how encoded texts are put together for the model. */
export { composeAnd, splitAnd, type AndPart, type AndTexts } from './and.ts';
export { parseAttention, type Piece } from './attention.ts';
export {
  EMPTY_CHUNK,
  chunkPrompt,
  tokenLimit,
  type Chunk,
  type ChunkOptions,
  type ChunkedPrompt,
  type Placement,
} from './chunks.ts';
export { removeComments } from './comments.ts';
export { countTokens, type CounterOptions } from './counter.ts';
export { readCsv } from './csv.ts';
export { parseEdits } from './edits.ts';
export { NO_EMBEDDINGS, indexEmbeddings, type EmbeddingIndex, type EmbeddingName } from './embeddings.ts';
export { EMPHASES, applyEmphasis, emphasisMode, type Emphasis } from './emphasis.ts';
export {
  chunkBatch,
  encodeTexts,
  padTokens,
  type ChunkEncoder,
  type EncodedText,
  type EncodeOptions,
} from './encode.ts';
export { parseNetworks, spellTag, type NetworkArguments, type ParsedNetworks } from './networks.ts';
export { chunkPromptOld } from './old-emphasis.ts';
export {
  conditioningPlan,
  rowsAt,
  type CallRows,
  type ConditioningPlan,
  type PicturePlan,
  type RowReference,
} from './plan.ts';
export { entryAt, isOlderSchedule, schedule, type ScheduleEntry, type ScheduleOptions } from './schedule.ts';
export { padPair, stackRows, stackVectors, type PaddedPair, type PaddingOptions } from './stack.ts';
export { applyStyles, extractStyles, readStyles, type Prompts, type Style } from './styles.ts';
export { clipTokenizer, openClipTokenizer, tokenWindow, type Tokenizer } from './tokenizer.ts';
export { CHUNK, COMMA, END, START, WINDOW, fillWindow } from './window.ts';
