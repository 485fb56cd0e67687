import { ModelError } from '../errors/index.ts';
import type { Component } from './names/index.ts';
import type { TextTower, TowerMaker } from './text-tower.ts';
import type { UNetConfig } from './unet-config.ts';
import { SD_LATENT_SCALE, SDXL_LATENT_SCALE } from './vae-latent.ts';

/** A text encoder of a model. */
export type TextComponent = Extract<Component, 'te1' | 'te2'>;

/** What of a text encoder a base model uses. */
export interface TowerUse {
  readonly component: TextComponent;
  /** Whose tower it is, in whatever names. */
  readonly maker: TowerMaker;
  /**
   * The state for every token: the one that "Clip skip" counts from the end, always the one before the last block, or that one unless
   * A1111's setting `sdxl_clip_l_skip` hands it to clip skip.
   */
  readonly state: 'clip-skip' | 'penultimate' | 'penultimate-or-skip';
  /** The final norm comes after that state, whichever it is. */
  readonly norm: boolean;
  /** One vector for the whole text besides, through the projection. */
  readonly pooled: boolean;
}

/** Numbers that stand beside the pooled text, each as a sinusoid 256 wide. */
export type VectorPart = 'original-size' | 'crop' | 'target-size' | 'aesthetic-score';

/** How many numbers each part is. */
const NUMBERS: Readonly<Record<VectorPart, number>> = {
  'original-size': 2,
  crop: 2,
  'target-size': 2,
  'aesthetic-score': 1,
};

/** Width of the sinusoid of one number. */
export const SINUSOID = 256;

/** Latents of what kind of VAE. */
export type LatentKind = 'sd' | 'sdxl';

/** How a base model tells its UNet what to draw, and the numbers that belong to it. */
export interface Conditioning {
  readonly base: 'SD1' | 'SD2' | 'SDXL' | 'SDXL refiner';
  /** Their states stand side by side in the UNet's context, in this order. */
  readonly towers: readonly TowerUse[];
  /** What follows the pooled text in the UNet's vector; nothing: the UNet has none. */
  readonly vector: readonly VectorPart[];
  /** A negative prompt that is empty is zeros instead of an encoded nothing (A1111, SGM). */
  readonly zeroEmptyNegative: boolean;
  /** Factor between the VAE's latents and the UNet's. */
  readonly latentScale: number;
  /** Whose latents they are: models of one kind can go on with each other's, and share small decoders and lists of steps made for them. */
  readonly latents: LatentKind;
}

const CLIP: TowerUse = { component: 'te1', maker: 'openai', state: 'clip-skip', norm: true, pooled: false };
const BIG_G: TowerUse = { component: 'te2', maker: 'openclip', state: 'penultimate', norm: false, pooled: true };
const XL = { zeroEmptyNegative: true, latentScale: SDXL_LATENT_SCALE, latents: 'sdxl' } as const;
const SD = { vector: [], zeroEmptyNegative: false, latentScale: SD_LATENT_SCALE, latents: 'sd' } as const;

/** Rombach et al. 2022; Podell et al. 2023; the configurations of Stability-AI/generative-models and what A1111 makes of them. */
const BASES: readonly Conditioning[] = [
  { base: 'SD1', towers: [CLIP], ...SD },
  { base: 'SD2', towers: [{ ...CLIP, maker: 'openclip', state: 'penultimate' }], ...SD },
  {
    base: 'SDXL',
    towers: [{ component: 'te1', maker: 'openai', state: 'penultimate-or-skip', norm: false, pooled: false }, BIG_G],
    vector: ['original-size', 'crop', 'target-size'],
    ...XL,
  },
  { base: 'SDXL refiner', towers: [BIG_G], vector: ['original-size', 'crop', 'aesthetic-score'], ...XL },
];

/**
 * The conditioning that a UNet was made for, told by its shapes. `tower` opens a text encoder, when it is needed to tell.
 * Throws ModelError for a UNet of no known base, and for text encoders that do not fit it.
 */
export function inferConditioning(
  unet: UNetConfig,
  tower: (component: TextComponent, maker: TowerMaker) => TextTower,
  model: string,
): Conditioning {
  const found = BASES.find(({ base, vector }) => {
    if (unet.vector === 0) return base === (unet.projection === 'linear' ? 'SD2' : 'SD1');
    return vector.length > 0 && vectorWidth(vector, tower(BIG_G.component, BIG_G.maker).pooled) === unet.vector;
  });
  if (!found) {
    const { pooled } = tower(BIG_G.component, BIG_G.maker);
    throw new ModelError(
      model,
      `its UNet takes a vector ${unet.vector} wide, which no base model makes of the ${pooled} of the second text encoder`,
      { hint: 'Known are SD1, SD2, SDXL and its refiner, with their own text encoders: --text-encoder-2 FILE' },
    );
  }
  const width = found.towers.reduce((sum, { component, maker }) => sum + tower(component, maker).config.width, 0);
  if (width !== unet.context) {
    const many = found.towers.length > 1;
    throw new ModelError(
      model,
      `its UNet takes texts ${unet.context} wide, and the text encoder${many ? 's give' : ' gives'} ${width}`,
      {
        hint: `Give ${many ? 'those' : 'the one'} of ${found.base}: --text-encoder FILE${many ? ', --text-encoder-2 FILE' : ''}`,
      },
    );
  }
  return found;
}

function vectorWidth(parts: readonly VectorPart[], pooled: number): number {
  return pooled + SINUSOID * parts.reduce((sum, part) => sum + NUMBERS[part], 0);
}

/** The state of a tower that a use takes, counted from the end: 1 is after the last block. `skip`: A1111's settings. */
export function stateOf(
  { state }: TowerUse,
  tower: { readonly naming: 'hf' | 'openclip'; readonly layers: number },
  skip: { readonly clipSkip: number; readonly clipLSkip: boolean },
): number {
  if (state === 'clip-skip' || (state === 'penultimate-or-skip' && skip.clipLSkip)) return skip.clipSkip;
  // Converters to Hugging Face's names leave out the last of the 24 blocks of SD2's encoder.
  return tower.naming === 'hf' && tower.layers === 23 ? 1 : 2;
}
