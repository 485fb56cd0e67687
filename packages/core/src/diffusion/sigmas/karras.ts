import { f32, linspace32 } from '../float32.ts';
import type { Scheduler } from './scheduler.ts';

export interface KarrasOptions {
  readonly n: number;
  readonly min: number;
  readonly max: number;
  readonly rho?: number;
}

/** σ^(1/ρ) evenly spaced, then 0: Karras et al. 2022, equation 5. */
export function karrasSigmas({ n, min, max, rho = 7 }: KarrasOptions): number[] {
  const first = max ** (1 / rho);
  const last = min ** (1 / rho);
  const root = Array.from(linspace32(0, 1, n), (ramp) => f32(f32(first) + f32(ramp * f32(last - first))));
  return [...root.map((value) => f32(value ** rho)), 0];
}

/** Karras: more steps at low noise. */
export const karras: Scheduler = {
  name: 'karras',
  label: 'Karras',
  aliases: [],
  defaultRho: 7,
  needInnerModel: false,
  sigmas: karrasSigmas,
};
