import type { Area } from '../area.ts';

/** Every area with a runner: one line each. */
export const AREAS: readonly Area[] = [];
