import { describe, expect, test } from 'vitest';
import { noiseSchedule, sigmaTable, type Scheduler, type SchedulerInput } from '../../diffusion/index.ts';

export interface SchedulerContract {
  /** Gives exactly the steps asked for. True by default. */
  readonly counts?: boolean;
  /** Ends with a 0. True by default. */
  readonly endsAtZero?: boolean;
  /** First and last positive sigma, where they are not those asked for. */
  readonly first?: (input: SchedulerInput) => number;
  readonly last?: (input: SchedulerInput) => number;
}

const TABLE = sigmaTable(noiseSchedule());

/** Input of `n` steps over the whole table of Stable Diffusion. */
export function schedulerInput(n: number, changes: Partial<SchedulerInput> = {}): SchedulerInput {
  return {
    n,
    min: TABLE.min,
    max: TABLE.max,
    table: TABLE,
    rho: 1,
    betaAlpha: 0.6,
    betaBeta: 0.6,
    sdxl: false,
    ...changes,
  };
}

/** The contract of every scheduler. */
export function checkScheduler(scheduler: Scheduler, contract: SchedulerContract = {}): void {
  const { counts = true, endsAtZero = true } = contract;
  const rho = scheduler.defaultRho === -1 ? 1 : scheduler.defaultRho;
  const make = (input: SchedulerInput): number[] => scheduler.sigmas!({ ...input, rho });
  describe('the contract', () => {
    test.each([1, 2, 3, 10, 20, 31, 999])('%s steps', (n) => {
      const input = schedulerInput(n);
      const sigmas = make(input);
      const positive = endsAtZero ? sigmas.slice(0, -1) : sigmas;
      if (endsAtZero) expect(sigmas.at(-1)).toBe(0);
      if (counts) expect(sigmas).toHaveLength(n + 1);
      for (const [i, sigma] of positive.entries()) {
        expect(sigma).toBeGreaterThan(0);
        expect(sigma).toBe(Math.fround(sigma));
        if (i > 0) expect(sigma).toBeLessThan(positive[i - 1]!);
      }
      if (n > 1) {
        expect(positive[0]).toBeCloseTo((contract.first ?? (({ max }) => max))(input), 4);
        expect(positive.at(-1)).toBeCloseTo((contract.last ?? (({ min }) => min))(input), 6);
      }
    });
  });
}
