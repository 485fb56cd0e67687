import { ModelError } from '../errors/index.ts';
import { inferModel, type Checkpoint, type UNetConfig } from '../models/index.ts';
import type { AdaptOptions } from './adapted-model.ts';
import type { PromptNetworks } from './extra-networks.ts';
import { checkFit, fitOf } from './fit.ts';
import type { Networks } from './networks.ts';
import type { EmbeddingHost } from './prompt-embeddings.ts';

/** What must be known of a model to tell what does not go with it. A loaded model is one. */
export interface ModelOutline {
  /** File stem. */
  readonly name: string;
  readonly networks: Pick<Networks, 'unet' | 'conditioning'> & EmbeddingHost;
  /** Throws AdapterError for networks of another base model. */
  with(networks: PromptNetworks, pass: AdaptOptions['pass']): Promise<unknown>;
}

/**
 * A checkpoint as headers tell it: no weight is read, and nothing runs. Its file stem is `name`. Throws ModelError where a part is missing
 * or does not fit. What only a delta on the weights tells, `with` does not find.
 */
export function outlineModel(checkpoint: Checkpoint, name: string): ModelOutline {
  const { unet, conditioning, towers } = inferModel(checkpoint);
  checkChannels(unet, checkpoint.name);
  const fit = fitOf(checkpoint.joined().file, unet);
  return {
    name,
    networks: { unet, conditioning, texts: towers },
    async with(networks) {
      checkFit(networks, fit);
    },
  };
}

/** Channels of the UNet's input: the latent; ⊕ a picture to edit; ⊕ a mask and a picture to fill. */
const CHANNELS: readonly number[] = [4, 8, 9];

/** Throws ModelError for a UNet that wants other pictures beside the latent than Graft has. */
export function checkChannels({ inChannels }: UNetConfig, model: string): void {
  if (CHANNELS.includes(inChannels)) return;
  throw new ModelError(model, `its UNet reads ${inChannels} channels, as those of depth and upscaling models do`, {
    hint: 'Graft draws with UNets that read 4, 8 (pix2pix) or 9 (inpainting) channels.',
  });
}
