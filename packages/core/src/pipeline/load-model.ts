import { SD_LATENT_SCALE, type Checkpoint } from '../models/index.ts';
import type { Runtime } from '../runtime/index.ts';
import { widen } from '../tensor/index.ts';
import type { LoadedModel } from './model.ts';
import { createNetworks } from './networks.ts';

export interface LoadModelOptions {
  /** File stem. */
  readonly name: string;
  hash(): Promise<string | undefined>;
  readonly vae?: LoadedModel['vae'];
  readonly tiling: boolean;
}

/** A checkpoint on a runtime, with what its file says about its noise. Throws ModelError where a part is missing. */
export async function loadModel(
  runtime: Runtime,
  checkpoint: Checkpoint,
  options: LoadModelOptions,
): Promise<LoadedModel> {
  const table = checkpoint.tensor('alphas_cumprod');
  return {
    name: options.name,
    hash: options.hash,
    vae: options.vae,
    networks: createNetworks(runtime, checkpoint, { tiling: options.tiling }),
    alphas: table ? widen(table.dtype, await table.read()) : undefined,
    prediction: 'epsilon',
    latentScale: SD_LATENT_SCALE,
  };
}
