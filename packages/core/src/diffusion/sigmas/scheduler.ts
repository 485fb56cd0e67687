import type { SigmaTable } from '../sigma-table.ts';

export interface SchedulerInput {
  /** Number of steps. */
  readonly n: number;
  /** Last and first positive sigma. */
  readonly min: number;
  readonly max: number;
  readonly table: SigmaTable;
  /** Steepness; only for schedulers with a `defaultRho`. */
  readonly rho: number;
  /** Parameters of the beta distribution. */
  readonly betaAlpha: number;
  readonly betaBeta: number;
  /** The model has the topology of SDXL. */
  readonly sdxl: boolean;
}

/** A way to space the noise levels of a picture. */
export interface Scheduler {
  /** As in requests. */
  readonly name: string;
  /** As in infotexts. */
  readonly label: string;
  readonly aliases: readonly string[];
  /** −1: has none. */
  readonly defaultRho: number;
  /** Computed from the model's table; published by the API. */
  readonly needInnerModel: boolean;
  /** Descending sigmas, with the final 0 where the scheduler has one. Undefined: the sampler's own choice. */
  readonly sigmas: ((input: SchedulerInput) => number[]) | undefined;
}
