import { isScheduled } from '../adapters/index.ts';
import type { RuntimeTraits } from '../runtime/index.ts';
import type { TaggedAdapter } from './extra-networks.ts';

/**
 * How adapters are on a model: `merged` computes the changed weights before the first step and keeps them; `live` computes them, or what
 * they add, at every step from the adapters' factors, with strengths as inputs.
 */
export type AdapterMode = 'merged' | 'live';

export interface ModeChoice {
  readonly mode: AdapterMode;
  /** For people: why. */
  readonly why: string;
}

/** Steps that a low-rank adapter slows down by less in all than merging takes. */
const FEW_STEPS = 4;

/**
 * The mode for a pass. It depends on the pass and on how the runtime keeps weights, never on what was drawn before: the two round
 * differently, and a request shall always give the same picture.
 */
export function chooseMode(adapters: readonly TaggedAdapter[], steps: number, { weights }: RuntimeTraits): ModeChoice {
  if (adapters.some(({ tag }) => isScheduled(tag))) return { mode: 'live', why: 'strengths change over the steps' };
  if (weights === 'stored') return { mode: 'live', why: 'that needs the least memory' };
  if (steps <= FEW_STEPS && adapters.every(isLowRank)) return { mode: 'live', why: 'for few steps that is faster' };
  return { mode: 'merged', why: 'steps are as fast as without them' };
}

/** Whether all that an adapter does to a layer is to add a product of two thin matrices. */
function isLowRank({ found }: TaggedAdapter): boolean {
  return found.network.modules.every(({ family, dora }) => family === 'lora' && !dora);
}

/** Says the choice. */
export function modeNote({ mode, why }: ModeChoice): string {
  return mode === 'live'
    ? `Adapters are computed at every step: ${why}.`
    : `Adapters are merged into the weights: ${why}.`;
}
