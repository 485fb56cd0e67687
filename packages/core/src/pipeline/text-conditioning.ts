import { FormatError, RequestError } from '../errors/index.ts';
import type { Row } from '../diffusion/index.ts';
import type { Tensor } from '../tensor/index.ts';
import {
  conditioningPlan,
  isOlderSchedule,
  padPair,
  rowsAt,
  stackRows,
  stackVectors,
  type ConditioningPlan,
  type RowReference,
  type ScheduleEntry,
} from '../text/index.ts';
import type { UNetText } from './networks.ts';
import type { Options } from './options.ts';
import type { EncodedTexts, PromptEncoder } from './prompt-encoder.ts';

/** The encoded prompts of a pass. */
export interface TextConditioning {
  /** Weights of each picture's prompt parts. */
  readonly parts: readonly (readonly number[])[];
  /** In the order in which A1111 encodes them: negative prompts come first. */
  readonly encoded: readonly EncodedTexts[];
  /** Whether prompts are edited at other steps than they would be without the option `use_old_scheduling`. */
  readonly oldTimelines: boolean;
  /** Encoded texts of one model call: cond as `plan.pictures` lists its parts, and uncond; `padded` is told in the infotext. */
  at(call: number): { readonly cond: UNetText; readonly uncond: UNetText; readonly padded: boolean };
}

export interface TextConditioningInput {
  readonly prompts: readonly string[];
  readonly negatives: readonly string[];
  /** Model calls that prompt schedules are spread over; in a second pass those of the first pass and its own. */
  readonly steps: number;
  readonly hiresSteps?: number | undefined;
  readonly options: Options;
  readonly encoder: PromptEncoder;
}

/** Encodes every text that a pass will need. Throws RequestError for prompts that are not of the prompt language. */
export async function textConditioning(input: TextConditioningInput): Promise<TextConditioning> {
  try {
    return await encodeAll(input);
  } catch (error) {
    // What parsers say of a text is said of a request here: no file is broken.
    if (!(error instanceof FormatError) || error.source !== 'prompt') throw error;
    const { message, hint } = error;
    throw new RequestError('prompt', message.slice('prompt: '.length), { hint, cause: error });
  }
}

async function encodeAll(input: TextConditioningInput): Promise<TextConditioning> {
  const { options, encoder } = input;
  const { steps, hiresSteps } = input;
  const old = options.use_old_scheduling;
  const plan: ConditioningPlan = conditioningPlan(input.prompts, input.negatives, { steps, hiresSteps, old });
  const texts = new Set([...input.prompts, ...input.negatives]);
  const textsOf = (entries: readonly ScheduleEntry[]): string[] => entries.map(({ text }) => text);
  // One after the other: the engine has one place to compute.
  const positive: UNetText[] = [];
  for (const entries of plan.positive) positive.push(await encoder.encode(textsOf(entries), 'positive'));
  const negative: UNetText[] = [];
  for (const entries of plan.negative) negative.push(await encoder.encode(textsOf(entries), 'negative'));
  const empty = options.pad_cond_uncond ? (await encoder.encode([''], 'positive')).context : undefined;
  const calls = new Map<string, ReturnType<TextConditioning['at']>>();

  return {
    encoded: [...plan.negative, ...plan.positive].flatMap((entries) => encoder.told(textsOf(entries))),
    oldTimelines: old && [...texts].some((text) => isOlderSchedule(text, { steps, hiresSteps })),
    parts: plan.pictures.map((picture) => picture.parts.map(({ weight }) => weight)),
    at(call) {
      const rows = rowsAt(plan, call);
      const key = JSON.stringify([rows.positive, rows.negative]);
      let found = calls.get(key);
      if (!found) {
        const uncond = stackRows(contexts(negative), rows.negative);
        const pair = padPair(stackRows(contexts(positive), rows.positive), uncond, empty ?? uncond, {
          empty: options.pad_cond_uncond,
          v0: options.pad_cond_uncond_v0,
        });
        found = {
          cond: { context: pair.cond, vector: vectorsAt(positive, rows.positive) },
          uncond: { context: pair.uncond, vector: vectorsAt(negative, rows.negative) },
          padded: pair.padded,
        };
        calls.set(key, found);
      }
      return found;
    },
  };
}

function contexts(encoded: readonly UNetText[]): readonly Tensor[] {
  return encoded.map(({ context }) => context);
}

/** [rows, v], of models that take vectors. */
function vectorsAt(encoded: readonly UNetText[], rows: readonly RowReference[]): Tensor | undefined {
  const vectors = encoded.flatMap(({ vector }) => vector ?? []);
  return vectors.length === 0 ? undefined : stackVectors(vectors, rows);
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
