import { describeModel, type Description } from '@graft/core/models';
import type { TensorShapes } from '@graft/core/models/names';
import type { ModelFile } from '@graft/core/formats';

/** What a listing's description claims, and what Graft says of it; the same objects when it is right. */
export interface Claims {
  readonly kind: string;
  readonly base: string | undefined;
  /** Words and numbers that tell variants. */
  readonly words: readonly string[];
}

/** Kinds by the words of golden descriptions, in order. */
const KINDS: readonly (readonly [RegExp, string])[] = [
  [/not supported/, 'unsupported'],
  [/^embedding/, 'embedding'],
  [/^hypernetwork/, 'hypernetwork'],
  [/^ControlNet/, 'controlnet'],
  [/UNet/, 'unet'],
  [/^VAE/, 'vae'],
  [/./, 'checkpoint'],
];

/** A base named in the text, or the width of an embedding that stands for one. */
const BASES: readonly (readonly [RegExp, string])[] = [
  [/SDXL refiner/, 'SDXL refiner'],
  [/SDXL/, 'SDXL'],
  [/SD1|768|AltDiffusion/, 'SD1'],
  [/SD2|1024/, 'SD2'],
  [/SD3/, 'SD3'],
  [/Flux/, 'Flux'],
];

/** Variants: how the golden text and Graft's own call them. */
const WORDS: readonly (readonly [RegExp, RegExp, string])[] = [
  [/inpainting/, /inpainting/, 'inpainting'],
  [/pix2pix/, /pix2pix/, 'pix2pix'],
  [/unCLIP/, /unCLIP/, 'unCLIP'],
  [/depth/, /depth/, 'depth'],
  [/AltDiffusion/, /AltDiffusion/, 'AltDiffusion'],
  [/UNet in diffusers names/, /UNet.*diffusers/, 'diffusers names'],
];

const first = <T>(rules: readonly (readonly [RegExp, T])[], text: string): T | undefined =>
  rules.find(([pattern]) => pattern.test(text))?.[1];

/** The facts of a golden description. */
export function claimed(text: string): Claims {
  return {
    kind: first(KINDS, text) ?? '',
    base: first(BASES, text),
    words: WORDS.filter(([golden]) => golden.test(text)).map(([, , word]) => word),
  };
}

/** The same facts out of Graft's description. A VAE serves several bases and a hypernetwork any: only a claimed base counts. */
export function described(shapes: TensorShapes, text: string): Claims {
  const description = describeModel(fileOf(shapes));
  const base = first(BASES, text);
  return {
    kind: kindOf(description),
    base: base === undefined || description.bases.length > 1 ? undefined : description.bases[0],
    words: WORDS.filter(([, own]) => own.test(description.what)).map(([, , word]) => word),
  };
}

/** A UNet alone under its checkpoint's prefix is a checkpoint without the other parts. */
function kindOf({ kind, groups }: Description): string {
  return kind === 'checkpoint' && groups.size === 1 ? 'unet' : kind;
}

function fileOf(shapes: TensorShapes): ModelFile {
  const tensors = [...shapes].map(([name, { shape }]) => {
    const read = async (): Promise<Uint8Array> => new Uint8Array();
    return [name, { name, shape, dtype: 'F16', range: undefined, read }] as const;
  });
  return {
    name: 'listing',
    container: 'safetensors',
    tensors: new Map(tensors),
    metadata: new Map(),
    value: undefined,
  };
}
