import { exp32, f32, linspace32 } from '../float32.ts';
import type { Scheduler } from './scheduler.ts';

/** ln σ falls along a power of the step: ln σ = ramp^ρ·(ln σ_max − ln σ_min) + ln σ_min with ramp from 1 to 0. */
export const polyexponential: Scheduler = {
  name: 'polyexponential',
  label: 'Polyexponential',
  aliases: [],
  defaultRho: 1,
  needInnerModel: false,
  sigmas({ n, min, max, rho }) {
    const span = f32(Math.log(max) - Math.log(min));
    const last = f32(Math.log(min));
    return [...Array.from(linspace32(1, 0, n), (ramp) => exp32(f32(f32(f32(ramp ** rho) * span) + last))), 0];
  },
};
