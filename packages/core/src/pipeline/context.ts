import type { Cancel } from '../errors/index.ts';
import type { ImageCodec, Picture } from '../image/index.ts';
import type { Latent, SamplerLists, SamplingProgress } from '../diffusion/index.ts';
import type { Tensor } from '../tensor/index.ts';
import type { Style } from '../text/index.ts';
import type { NetworkSource } from './extra-networks.ts';
import type { ModelSource } from './model.ts';
import type { UNetText } from './networks.ts';

/** What a picture needs from outside. */
export interface PipelineContext extends SamplerLists {
  readonly models: ModelSource;
  /** What tags and words of prompts may name; nothing if absent. */
  readonly networks?: NetworkSource | undefined;
  readonly codec: ImageCodec;
  readonly styles?: readonly Style[];
  /** A seed for requests that want a random one: 0 … 2³² − 1. */
  randomSeed(): bigint;
}

/** How far a request is. */
export interface Progress {
  /** Iteration of the request, and of how many. */
  readonly iteration: number;
  readonly iterations: number;
  readonly pass: 'first' | 'second';
  /** Model calls made of those planned in this pass. */
  readonly calls: number;
  readonly totalCalls: number;
  /** Of the picture that is drawn, in pixels. */
  readonly width: number;
  readonly height: number;
  /**
   * A guess at the first picture of the batch, made when asked for: by a small decoder whose file is there, else linear, an eighth of the size.
   * It is made before the next model call, which waits for it. Never rejects.
   */
  preview(): Promise<Picture>;
}

/** What goes by on the way, for tests and tools that look inside. */
export interface Trace {
  /** Nothing is left to load for the first step. What sampling starts from: unit noise, a latent if there is one, what the UNet gets beside it. */
  onStart?(start: {
    readonly pass: 'first' | 'second';
    readonly noise: Latent;
    readonly latent: Latent | undefined;
    readonly picture: Latent | undefined;
  }): void;
  onCall?(call: SamplingProgress & { readonly pass: 'first' | 'second' }): void;
  /** Texts of a model call. */
  onText?(cond: UNetText, uncond: UNetText, call: number): void;
  /** The latents at the end of a pass, [b, z, h, w]. */
  onLatents?(latents: Tensor, pass: 'first' | 'second'): void;
}

export interface GenerateHooks {
  readonly onProgress?: (progress: Progress) => void;
  /** Stops with AbortedError. */
  readonly cancel?: Cancel;
  /** Ends early with the pictures that are there. */
  readonly interrupt?: Cancel;
  readonly trace?: Trace;
}
