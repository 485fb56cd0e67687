import type { Container } from '../../formats/index.ts';
import type { DType } from '../../tensor/index.ts';

/** What a model file is. */
export type ModelKind =
  | 'checkpoint'
  | 'unet'
  | 'vae'
  | 'text-encoder'
  /** A text tower with its image tower, as Aesthetic Gradients need. */
  | 'clip'
  | 'adapter'
  | 'embedding'
  | 'aesthetic-embedding'
  | 'hypernetwork'
  | 'controlnet'
  /** Known, but not for Stable Diffusion 1, 2 or XL, or of a kind that Graft does not use. */
  | 'unsupported'
  | 'unknown';

/** A family of models that files are made for. */
export type Base = 'SD1' | 'SD2' | 'SDXL' | 'SDXL refiner' | ForeignBase;

/** Families that Graft knows by name and does not draw with. */
export type ForeignBase =
  | 'SD3'
  | 'Flux'
  | 'Chroma'
  | 'Stable Cascade'
  | 'AuraFlow'
  | 'Hunyuan-DiT'
  | 'PixArt'
  | 'Lumina'
  | 'HiDream'
  | 'Qwen-Image'
  | 'Kolors'
  | 'Playground 2.5'
  | 'CosXL'
  // Of videos.
  | 'AnimateDiff'
  | 'ModelScope'
  | 'Stable Video Diffusion'
  | 'CogVideoX'
  | 'Hunyuan Video'
  | 'LTX-Video'
  | 'Mochi'
  | 'Wan';

/** Whether Graft draws with a family. */
export function isDrawn(base: Base): boolean {
  return base === 'SD1' || base === 'SD2' || base === 'SDXL' || base === 'SDXL refiner';
}

/** What a file was recognised as, and why. */
export interface Recognition {
  readonly kind: ModelKind;
  /** In words: "SD1 inpainting checkpoint", "Flux adapter". */
  readonly what: string;
  /** Base models that fit: several where no tensor tells them apart, none where nothing is known. */
  readonly bases: readonly Base[];
  /** What gave it away: one line. */
  readonly why: string;
  /** Other base models that have all its layers, where no more than a habit of trainers tells the base. */
  readonly also?: readonly Base[];
  readonly adapter?: AdapterDescription;
}

/** An adapter file: a LoRA or one of its relatives. */
export interface AdapterDescription {
  /** `lora`, `loha` … in the order of first appearance; `lora + dora` where magnitudes are kept. */
  readonly families: readonly string[];
  /** Complete modules by family. */
  readonly modulesByFamily: ReadonlyMap<string, number>;
  /** `unet`, `te`, `te1`, `te2`. */
  readonly components: readonly string[];
  /** Number of complete modules. */
  readonly modules: number;
  /** Modules by rank, for low-rank families. */
  readonly ranks: ReadonlyMap<number, number>;
  /** Whether it changes convolutions with kernels. */
  readonly conv: boolean;
  /** Modules that lack a part. */
  readonly broken: readonly string[];
}

/** How many tensors and elements. */
export interface Count {
  readonly tensors: number;
  readonly parameters: number;
}

/** What can be told of a model file from its header alone. Names and metadata are as in the file: not fit to be shown as they are. */
export interface Description extends Recognition, Count {
  readonly name: string;
  readonly container: Container;
  /** Bytes of all tensors. */
  readonly bytes: number;
  /** By element type, most parameters first. */
  readonly precision: ReadonlyMap<DType, Count>;
  /** By part of the model, in file order. */
  readonly groups: ReadonlyMap<string, Count>;
  readonly metadata: ReadonlyMap<string, string>;
}
