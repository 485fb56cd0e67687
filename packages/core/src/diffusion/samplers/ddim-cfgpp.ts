import { sampleDdim } from './ddim.ts';
import type { TimestepSampler } from './sampler.ts';

/** DDIM that puts back the noise predicted without the prompt (Chung et al. 2024). */
export const ddimCfgpp: TimestepSampler = {
  name: 'DDIM CFG++',
  aliases: ['ddim_cfgpp'],
  parameters: ['eta'],
  family: 'timestep',
  // The paper's guidance runs from 0 to 1, so the usual scales are brought down to it.
  guidanceFactor: 1 / 12.5,
  sample: (input) => sampleDdim(input, (answer) => answer.uncond()),
};
