import { f32 } from '../float32.ts';
import type { Scheduler } from './scheduler.ts';

/** Ten steps optimised for each base model (Sabour et al. 2024). */
const SD1 = [14.615, 6.475, 3.861, 2.697, 1.886, 1.396, 0.963, 0.652, 0.399, 0.152, 0.029] as const;
const SDXL = [14.615, 6.315, 3.771, 2.181, 1.342, 0.862, 0.555, 0.38, 0.234, 0.113, 0.029] as const;

/** The optimised sigmas, or for another number of steps points between them along ln σ. */
export const alignYourSteps: Scheduler = {
  name: 'align_your_steps',
  label: 'Align Your Steps',
  aliases: [],
  defaultRho: -1,
  needInnerModel: false,
  sigmas({ n, sdxl }) {
    const base = sdxl ? SDXL : SD1;
    if (n === base.length) return [...base.map(f32), 0];
    const last = base.length - 1;
    // Counted from the low end, so one single step is the lowest sigma.
    const at = (i: number): number => {
      const place = n === 1 ? 0 : (i / (n - 1)) * last;
      const low = Math.min(Math.floor(place), last - 1);
      const from = Math.log(base[last - low]!);
      const to = Math.log(base[last - low - 1]!);
      return f32(Math.exp(from + (to - from) * (place - low)));
    };
    return [...Array.from({ length: n }, (_, i) => at(n - 1 - i)), 0];
  },
};
