import { RequestError } from '../errors/index.ts';
import { composeAnd } from './and.ts';
import { entryAt, schedule, type ScheduleEntry, type ScheduleOptions } from './schedule.ts';

/** What has to be encoded for a batch of pictures, and where each model call finds it. */
export interface ConditioningPlan {
  /**
   * A schedule for each different AND part of the prompts. The texts of one schedule are encoded as one batch: they get
   * equally many chunks, and the mean that emphasis restores is that of the batch.
   */
  readonly positive: readonly (readonly ScheduleEntry[])[];
  /** A schedule for each different negative prompt; AND is text there. */
  readonly negative: readonly (readonly ScheduleEntry[])[];
  readonly pictures: readonly PicturePlan[];
}

/** One picture's share of a plan. */
export interface PicturePlan {
  /** Its AND parts: index into `positive`, weight. */
  readonly parts: readonly { readonly index: number; readonly weight: number }[];
  /** Index into `negative`. */
  readonly negative: number;
}

/** One encoded text: of which schedule, which entry. */
export interface RowReference {
  readonly schedule: number;
  readonly entry: number;
}

/** The encoded texts of one model call. */
export interface CallRows {
  /** All AND parts, picture after picture. */
  readonly positive: readonly RowReference[];
  /** One for each picture. */
  readonly negative: readonly RowReference[];
  /** Per picture its parts: index into `positive`, weight. */
  readonly parts: readonly (readonly { readonly row: number; readonly weight: number }[])[];
}

/**
 * Plans a pass over `prompts` (without network tags) and as many `negatives`, one of each for a picture.
 * Throws FormatError as `schedule`, RequestError when the numbers differ. A1111 `modules/prompt_parser.py`.
 */
export function conditioningPlan(
  prompts: readonly string[],
  negatives: readonly string[],
  options: ScheduleOptions,
): ConditioningPlan {
  if (negatives.length !== prompts.length)
    throw new RequestError('negative_prompt', `${negatives.length} given for ${prompts.length} prompts`, {
      hint: 'Give one negative prompt for each prompt.',
    });
  const { texts, prompts: parts } = composeAnd(prompts);
  const different = [...new Set(negatives)];
  return {
    positive: texts.map((text) => schedule(text, options)),
    negative: different.map((text) => schedule(text, options)),
    pictures: parts.map((ofPicture, i) => ({ parts: ofPicture, negative: different.indexOf(negatives[i]!) })),
  };
}

/** What model call `call`, counted from 0 over the pass, takes from a plan. */
export function rowsAt(plan: ConditioningPlan, call: number): CallRows {
  const positive: RowReference[] = [];
  const parts = plan.pictures.map((picture) =>
    picture.parts.map(({ index, weight }) => {
      positive.push({ schedule: index, entry: entryAt(plan.positive[index]!, call) });
      return { row: positive.length - 1, weight };
    }),
  );
  const negative = plan.pictures.map((picture) => ({
    schedule: picture.negative,
    entry: entryAt(plan.negative[picture.negative]!, call),
  }));
  return { positive, negative, parts };
}
