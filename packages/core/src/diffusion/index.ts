/** Diffusion: noise, schedules, samplers, guidance. Knows no network. */
export { type Denoised, type DenoiserOptions, type Mask, type ModelCall, type Predict } from './denoiser.ts';
export {
  runSampling,
  samplerNoise,
  type SamplerNoiseOptions,
  type SamplingProgress,
  type SamplingResult,
  type SamplingRun,
} from './drive.ts';
export { guide, rowsOf, spreadRows, type Guidance, type Predictions, type Row, type RowKind } from './guidance.ts';
export { imageSteps, type ImageStart, type ImageSteps } from './img2img.ts';
export { lincomb, weightedSum, type Latent } from './latent.ts';
export { chooseSampler, samplerOptions, type Choice, type SamplerLists } from './names.ts';
export * from './noise/index.ts';
export { SAMPLING_DEFAULTS, type InfoEntries, type SamplingOptions } from './options.ts';
export { planSampling, promptSteps, type PlanInput, type SamplingPlan } from './plan.ts';
export * from './samplers/index.ts';
export { type Prediction } from './scaling.ts';
export { noiseSchedule, TRAINING_STEPS, type NoiseSchedule, type NoiseScheduleOptions } from './schedule.ts';
export { type SamplerSettings, type SamplingRequest } from './settings.ts';
export { lcmTable, sigmaTable, tableOfSigmas, type SigmaTable, type SigmaTableOptions } from './sigma-table.ts';
export * from './sigmas/index.ts';
export { startLatent } from './start.ts';
