/** Diffusion: noise, schedules, samplers, guidance. Knows no network. */
export * from './noise/index.ts';
