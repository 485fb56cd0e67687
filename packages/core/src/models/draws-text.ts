import { SdError } from '../errors/index.ts';
import { createCheckpoint, type OpenedModel } from './checkpoint.ts';
import { refuseForeign, refuseQuantised } from './describe/refuse.ts';
import { describeModel } from './describe/index.ts';
import { inferModel } from './infer-model.ts';

/** Channels of a UNet that sees nothing beside the latent. */
const LATENT = 4;

/**
 * Whether a checkpoint draws from text by itself, as far as its header tells: it has all networks, and is no refiner and not made for
 * inpainting or to edit pictures. Names are those of checkpoints. Reads no weight.
 */
export function drawsText(model: OpenedModel): boolean {
  try {
    refuseForeign(describeModel(model.file));
    refuseQuantised(model.file);
    const { unet, conditioning } = inferModel(createCheckpoint({ main: model }));
    return unet.inChannels === LATENT && conditioning.base !== 'SDXL refiner';
  } catch (error) {
    if (error instanceof SdError) return false;
    throw error;
  }
}
