/** Samplers: how a picture is drawn out of noise. Each asks; a driver answers. */
import { ddimCfgpp } from './ddim-cfgpp.ts';
import { ddim } from './ddim.ts';
import { dpmAdaptive } from './dpm-adaptive.ts';
import { dpmFast } from './dpm-fast.ts';
import { dpm2A } from './dpm2-a.ts';
import { dpm2 } from './dpm2.ts';
import { dpmpp2mSdeHeun } from './dpmpp-2m-sde-heun.ts';
import { dpmpp2mSde } from './dpmpp-2m-sde.ts';
import { dpmpp2m } from './dpmpp-2m.ts';
import { dpmpp2sA } from './dpmpp-2s-a.ts';
import { dpmpp3mSde } from './dpmpp-3m-sde.ts';
import { dpmppSde } from './dpmpp-sde.ts';
import { eulerA } from './euler-a.ts';
import { euler } from './euler.ts';
import { heun } from './heun.ts';
import { lcm } from './lcm.ts';
import { lms } from './lms.ts';
import { plms } from './plms.ts';
import { restart } from './restart.ts';
import type { Sampler } from './sampler.ts';
import { unipc } from './unipc.ts';

export type {
  Sampler,
  SamplerNoise,
  SamplerParameter,
  SigmaInput,
  SigmaQuestion,
  SigmaSampler,
  SigmaSampling,
  TimestepAnswer,
  TimestepInput,
  TimestepQuestion,
  TimestepSampler,
  TimestepSampling,
  UniPcOptions,
} from './sampler.ts';

/** Every sampler, in the order of the webui's list. */
export const SAMPLERS: readonly Sampler[] = [
  dpmpp2m,
  dpmppSde,
  dpmpp2mSde,
  dpmpp2mSdeHeun,
  dpmpp2sA,
  dpmpp3mSde,
  eulerA,
  euler,
  lms,
  heun,
  dpm2,
  dpm2A,
  dpmFast,
  dpmAdaptive,
  restart,
  ddim,
  ddimCfgpp,
  plms,
  unipc,
  lcm,
];
