import {
  decidePrediction,
  PROBE,
  type Checkpoint,
  type PredictionDecision,
  type PredictionSigns,
} from '../models/index.ts';
import type { Runtime } from '../runtime/index.ts';
import { tensor, widen, type Tensor } from '../tensor/index.ts';
import { chooseMode, modeNote, type AdapterMode } from './adapter-mode.ts';
import type { LoadedModel } from './model.ts';
import { createAdapting } from './adapted-model.ts';
import { keepAdapted } from './adapted-cache.ts';
import { createNetworks, type Networks } from './networks.ts';
import { checkChannels } from './outline.ts';
import { createSmallVae, type SmallNetworkSource } from './small-vae.ts';

export interface LoadModelOptions {
  /** File stem. */
  readonly name: string;
  hash(): Promise<string | undefined>;
  readonly vae?: LoadedModel['vae'];
  readonly tiling: boolean;
  /** How adapters are on it; what fits each pass if absent. */
  readonly adapters?: AdapterMode;
  /** What is said of its noise elsewhere than in its file. */
  readonly said?: Pick<PredictionSigns, 'option' | 'config'>;
  /** Where small networks in the VAE's place come from; none if absent. */
  readonly small?: SmallNetworkSource;
}

/** A checkpoint on a runtime, with what its file says about its noise. Throws ModelError where a part is missing. */
export async function loadModel(
  runtime: Runtime,
  checkpoint: Checkpoint,
  options: LoadModelOptions,
): Promise<LoadedModel> {
  const table = checkpoint.tensor('alphas_cumprod');
  const { tiling } = options;
  const base = createNetworks(runtime, checkpoint, { tiling });
  checkChannels(base.unet, checkpoint.name);
  const adapting = keepAdapted(createAdapting(runtime, checkpoint, base));
  const { prediction, zeroTerminal } = await predictionOf(checkpoint, base, options.said);
  const { latentScale, latents } = base.conditioning;
  const small = options.small && createSmallVae(runtime, options.small, latents);
  const model: LoadedModel = {
    name: options.name,
    hash: options.hash,
    vae: options.vae,
    networks: {
      ...base,
      async release() {
        await adapting.release();
        await base.release();
        await small?.release();
      },
    },
    small,
    alphas: table ? widen(table.dtype, await table.read()) : undefined,
    prediction,
    zeroTerminal,
    latentScale,
    async with(networks, pass) {
      if (networks.adapters.length + networks.hypernetworks.length === 0) return { model, notes: [] };
      const chosen = chooseMode(networks.adapters, pass.steps, runtime.traits);
      const mode = options.adapters ?? chosen.mode;
      const adapted = await adapting.adapt(networks, { pass, tiling, mode });
      const said = networks.adapters.length > 0 && options.adapters === undefined ? [modeNote(chosen)] : [];
      return { model: { ...model, networks: adapted.networks }, notes: [...adapted.notes, ...said] };
    },
  };
  return model;
}

function predictionOf(
  checkpoint: Checkpoint,
  { unet, conditioning, predict }: Networks,
  said: LoadModelOptions['said'],
): Promise<PredictionDecision> {
  const { metadata, tensors } = checkpoint.joined().file;
  // As the webui does, only SD2's plain network is asked.
  const isAsked = conditioning.base === 'SD2' && unet.inChannels === 4;
  return decidePrediction({ ...said, metadata, tensors }, isAsked ? ask : undefined);

  async function ask(): Promise<number> {
    const { value, size, t, tokens } = PROBE;
    const { data } = await predict(filled([1, unet.inChannels, size, size], value), [t], {
      context: filled([1, tokens, unet.context], value),
    });
    return data.reduce((sum, out) => sum + (out - value), 0) / data.length;
  }
}

function filled(shape: readonly number[], value: number): Tensor {
  const made = tensor(shape);
  made.data.fill(value);
  return made;
}
