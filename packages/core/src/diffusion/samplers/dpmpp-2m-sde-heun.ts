import { sample2mSde } from './dpmpp-2m-sde.ts';
import type { SigmaSampler } from './sampler.ts';

/** DPM++ 2M SDE with Heun's rule. */
export const dpmpp2mSdeHeun: SigmaSampler = {
  name: 'DPM++ 2M SDE Heun',
  aliases: ['k_dpmpp_2m_sde_heun'],
  scheduler: 'exponential',
  brownianNoise: true,
  solverType: 'heun',
  parameters: ['eta', 's_noise'],
  family: 'sigma',
  sample: (input) => sample2mSde(input, (h) => 1 + Math.expm1(-h) / h),
};
