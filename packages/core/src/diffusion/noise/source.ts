import { philoxRandom, torchRandom, type Seed } from '../../tensor/index.ts';

/** Whose normals are drawn: torch's CPU generator, or the software copy of the CUDA one. */
export type NoiseSource = 'CPU' | 'NV';

/**
 * The source behind the webui's option `randn_source`. "GPU" was a graphics card's generator, which "NV" copies: the
 * numbers are the same up to about the size of a 1024×1024 picture of SDXL.
 */
export function noiseSource(option: string): NoiseSource {
  return option === 'CPU' ? 'CPU' : 'NV';
}

/** A stream of unit normals. */
export interface NormalStream {
  /** n float32 unit normals. */
  normal(n: number): Float32Array;
}

/** The stream of a seed. */
export function normalStream(source: NoiseSource, seed: Seed): NormalStream {
  return source === 'NV' ? philoxRandom(seed) : torchRandom(seed);
}
