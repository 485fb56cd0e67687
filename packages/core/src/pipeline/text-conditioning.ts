import type { Row } from '../diffusion/index.ts';
import type { Tensor } from '../tensor/index.ts';
import {
  chunkBatch,
  conditioningPlan,
  encodeTexts,
  padPair,
  rowsAt,
  stackRows,
  type ChunkEncoder,
  type ConditioningPlan,
  type EmbeddingIndex,
  type EncodeOptions,
  type ScheduleEntry,
  type Tokenizer,
} from '../text/index.ts';
import type { Options } from './options.ts';

/** What an infotext tells of one schedule's texts, which are encoded together. */
export interface EncodedTexts {
  /** Embeddings that stand in them, each once. */
  readonly embeddings: readonly string[];
  /** A bracket is in them, which may weight words. */
  readonly brackets: boolean;
}

/** The encoded prompts of a pass. */
export interface TextConditioning {
  /** Weights of each picture's prompt parts. */
  readonly parts: readonly (readonly number[])[];
  /** In the order in which A1111 encodes them: negative prompts come first. */
  readonly encoded: readonly EncodedTexts[];
  /** Encoded texts of one model call [rows, n, d]: cond as `plan.pictures` lists its parts, and uncond; `padded` is told in the infotext. */
  at(call: number): { readonly cond: Tensor; readonly uncond: Tensor; readonly padded: boolean };
}

export interface TextConditioningInput {
  readonly prompts: readonly string[];
  readonly negatives: readonly string[];
  /** Model calls that prompt schedules are spread over; in a second pass those of the first pass and its own. */
  readonly steps: number;
  readonly hiresSteps?: number | undefined;
  readonly options: Options;
  readonly tokenizer: Tokenizer;
  readonly encoder: ChunkEncoder;
  readonly embeddings?: EmbeddingIndex | undefined;
}

/** Encodes every text that a pass will need. Throws the errors of the prompt language. */
export async function textConditioning(input: TextConditioningInput): Promise<TextConditioning> {
  const { options, tokenizer, encoder } = input;
  const plan: ConditioningPlan = conditioningPlan(input.prompts, input.negatives, {
    steps: input.steps,
    hiresSteps: input.hiresSteps,
    old: options.use_old_scheduling,
  });
  const encoding: EncodeOptions = {
    emphasis: options.emphasis,
    clipSkip: options.CLIP_stop_at_last_layers,
    commaBacktrack: options.comma_padding_backtrack,
    oldEmphasis: options.use_old_emphasis_implementation,
    embeddings: input.embeddings,
  };
  const known = new Map<string, Promise<Tensor>>();
  const encode = (texts: readonly string[]): Promise<Tensor> => {
    const key = JSON.stringify(texts);
    const found = known.get(key) ?? encodeTexts(texts, tokenizer, encoder, encoding);
    known.set(key, found);
    return found;
  };
  const all = (schedules: readonly (readonly ScheduleEntry[])[]): Promise<Tensor[]> =>
    Promise.all(schedules.map((entries) => encode(entries.map(({ text }) => text))));
  // One after the other: the engine has one place to compute.
  const positive = await all(plan.positive);
  const negative = await all(plan.negative);
  const empty = options.pad_cond_uncond ? await encode(['']) : undefined;
  const calls = new Map<string, ReturnType<TextConditioning['at']>>();

  return {
    encoded: [...plan.negative, ...plan.positive].map((entries): EncodedTexts => {
      const texts = entries.map(({ text }) => text);
      const placements = chunkBatch(texts, tokenizer, encoding)
        .flat()
        .flatMap((chunk) => chunk.placements);
      return {
        embeddings: [...new Set(placements.map(({ embedding }) => embedding.name))],
        brackets: texts.some((text) => /[([]/.test(text)),
      };
    }),
    parts: plan.pictures.map((picture) => picture.parts.map(({ weight }) => weight)),
    at(call) {
      const rows = rowsAt(plan, call);
      const key = JSON.stringify([rows.positive, rows.negative]);
      let found = calls.get(key);
      if (!found) {
        const cond = stackRows(positive, rows.positive);
        const uncond = stackRows(negative, rows.negative);
        found = padPair(cond, uncond, empty ?? uncond, {
          empty: options.pad_cond_uncond,
          v0: options.pad_cond_uncond_v0,
        });
        calls.set(key, found);
      }
      return found;
    },
  };
}

/** Index of a model row's text: among cond's rows for prompts, among uncond's for the others. */
export function textRow(
  row: Row,
  parts: TextConditioning['parts'],
): { readonly cond: boolean; readonly index: number } {
  if (row.kind !== 'prompt') return { cond: false, index: row.image };
  const before = parts.slice(0, row.image).reduce((sum, weights) => sum + weights.length, 0);
  return { cond: true, index: before + row.part };
}
