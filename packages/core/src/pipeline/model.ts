import type { Prediction } from '../diffusion/index.ts';
import type { AdaptOptions } from './adapted-model.ts';
import type { PromptNetworks } from './extra-networks.ts';
import type { Networks } from './networks.ts';
import type { SmallVae } from './small-vae.ts';

/** A checkpoint that is ready to draw. */
export interface LoadedModel {
  /** File stem: what infotexts call it. */
  readonly name: string;
  /** Ten hexadecimal digits of the SHA-256 of its file; undefined where it is not known yet. */
  hash(): Promise<string | undefined>;
  /** A VAE file that takes the place of its own: its file name and the ten digits of its hash. */
  readonly vae: { readonly name: string; hash(): Promise<string | undefined> } | undefined;
  readonly networks: Networks;
  /** Small networks that stand in for the VAE; none if absent. */
  readonly small?: SmallVae | undefined;
  /** Its own ᾱ table, if it has one. */
  readonly alphas: Float32Array | undefined;
  readonly prediction: Prediction;
  /** Its noise schedule ends without any picture, whatever is asked for. */
  readonly zeroTerminal: boolean;
  /** Factor between the VAE's latents and the UNet's. */
  readonly latentScale: number;
  /** This model with networks on it, for a pass; nothing of this one changes. Throws AdapterError for those of another base model. */
  with(networks: PromptNetworks, pass: AdaptOptions['pass']): Promise<AdaptedModel>;
}

/** A model with networks on it. */
export interface AdaptedModel {
  readonly model: LoadedModel;
  /** Things the user should know. */
  readonly notes: readonly string[];
}

export interface ModelWish {
  /** Name, stem or hash; '' for the default model. */
  readonly checkpoint: string;
  /** File name of a VAE, "Automatic" or "None". */
  readonly vae: string;
  readonly tiling: boolean;
  /** What its network predicts, if that is not to be found out. */
  readonly prediction?: Prediction | undefined;
}

/** Where models come from. */
export interface ModelSource {
  /** Throws RequestError with the nearest names for an unknown model, and the errors of opening one. */
  open(wish: ModelWish): Promise<LoadedModel>;
}

/** What the UNet takes besides the latent, told by its input channels. */
export type PictureInput = 'none' | 'inpaint' | 'edit';

export function pictureInput({ networks }: { readonly networks: Pick<Networks, 'unet'> }): PictureInput {
  const { inChannels } = networks.unet;
  return inChannels === 9 ? 'inpaint' : inChannels === 8 ? 'edit' : 'none';
}
