import { SD_LATENT_SCALE, type Checkpoint } from '../models/index.ts';
import type { Runtime } from '../runtime/index.ts';
import { widen } from '../tensor/index.ts';
import type { LoadedModel } from './model.ts';
import { createAdapting } from './adapted-model.ts';
import { keepAdapted } from './adapted-cache.ts';
import { createNetworks } from './networks.ts';

export interface LoadModelOptions {
  /** File stem. */
  readonly name: string;
  hash(): Promise<string | undefined>;
  readonly vae?: LoadedModel['vae'];
  readonly tiling: boolean;
  /** Whether adapters are merged into weights in memory (`AdaptOptions`). */
  readonly merge?: boolean;
}

/** A checkpoint on a runtime, with what its file says about its noise. Throws ModelError where a part is missing. */
export async function loadModel(
  runtime: Runtime,
  checkpoint: Checkpoint,
  options: LoadModelOptions,
): Promise<LoadedModel> {
  const table = checkpoint.tensor('alphas_cumprod');
  const { tiling, merge = false } = options;
  const base = createNetworks(runtime, checkpoint, { tiling });
  const adapting = keepAdapted(createAdapting(runtime, checkpoint, base));
  const model: LoadedModel = {
    name: options.name,
    hash: options.hash,
    vae: options.vae,
    networks: {
      ...base,
      async release() {
        await adapting.release();
        await base.release();
      },
    },
    alphas: table ? widen(table.dtype, await table.read()) : undefined,
    prediction: 'epsilon',
    latentScale: SD_LATENT_SCALE,
    async with(networks, pass) {
      if (networks.adapters.length + networks.hypernetworks.length === 0) return { model, notes: [] };
      const adapted = await adapting.adapt(networks, { pass, tiling, merge });
      return { model: { ...model, networks: adapted.networks }, notes: adapted.notes };
    },
  };
  return model;
}
