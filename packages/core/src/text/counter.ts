import { composeAnd } from './and.ts';
import { chunkPrompt, tokenLimit, type ChunkOptions } from './chunks.ts';
import { removeComments } from './comments.ts';
import { parseNetworks } from './networks.ts';
import { schedule } from './schedule.ts';
import type { Tokenizer } from './tokenizer.ts';

export interface CounterOptions extends ChunkOptions {
  readonly steps: number;
  /** AND splits positive prompts only. */
  readonly positive: boolean;
}

/**
 * The two numbers under a prompt field: tokens of the longest text that the prompt stands for, and how many have room.
 * Throws as `chunkPrompt`.
 */
export function countTokens(
  prompt: string,
  tokenizer: Tokenizer,
  options: CounterOptions,
): { readonly count: number; readonly limit: number } {
  const { texts } = parseNetworks([removeComments(prompt)]);
  const parts = options.positive ? composeAnd(texts).texts : texts;
  const counts = parts
    .flatMap((text) => schedule(text, { steps: options.steps }))
    .map(({ text }) => chunkPrompt(text, tokenizer, options).count);
  const count = counts.reduce((a, b) => Math.max(a, b), 0);
  return { count, limit: tokenLimit(count) };
}
