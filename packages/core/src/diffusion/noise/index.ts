/** Noise: where the random numbers of a picture come from. */
export { brownianNoise, type BrownianNoise, type BrownianNoiseOptions } from './brownian-noise.ts';
export { globalRandom, imageNoise, type ImageNoise, type ImageNoiseOptions } from './image-noise.ts';
export { slerp, type SlerpOptions } from './slerp.ts';
export { noiseSource, normalStream, type NoiseSource, type NormalStream } from './source.ts';
