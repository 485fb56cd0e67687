/** Schedulers: how the noise levels of a picture are spaced. */
import { alignYourSteps } from './align-your-steps.ts';
import { automatic } from './automatic.ts';
import { beta } from './beta.ts';
import { ddim } from './ddim.ts';
import { exponential } from './exponential.ts';
import { karras } from './karras.ts';
import { klOptimal } from './kl-optimal.ts';
import { normal } from './normal.ts';
import { polyexponential } from './polyexponential.ts';
import type { Scheduler } from './scheduler.ts';
import { sgmUniform } from './sgm-uniform.ts';
import { simple } from './simple.ts';
import { uniform } from './uniform.ts';

export type { Scheduler, SchedulerInput } from './scheduler.ts';

/** Every scheduler, in the order of the webui's list. */
export const SCHEDULERS: readonly Scheduler[] = [
  automatic,
  uniform,
  karras,
  exponential,
  polyexponential,
  sgmUniform,
  klOptimal,
  alignYourSteps,
  simple,
  normal,
  ddim,
  beta,
];

/** A scheduler by its name or label, exactly written; Automatic for anything else, as in the webui. */
export function findScheduler(name: string | undefined, schedulers: readonly Scheduler[] = SCHEDULERS): Scheduler {
  return schedulers.find((scheduler) => scheduler.name === name || scheduler.label === name) ?? automatic;
}
