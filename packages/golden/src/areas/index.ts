import type { Area } from '../area.ts';
import { rng } from './rng.ts';

/** Every area with a runner: one line each. */
export const AREAS: readonly Area[] = [rng];
