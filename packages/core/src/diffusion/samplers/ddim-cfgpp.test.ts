import { describe } from 'vitest';
import { checkSampler } from '../../testing/vitest/check-sampler.ts';
import { ddimCfgpp } from './ddim-cfgpp.ts';

describe('DDIM CFG++', () => {
  checkSampler(ddimCfgpp, { order: 1, renews: 40 });
});
