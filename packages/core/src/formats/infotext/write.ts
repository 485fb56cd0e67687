import { pythonFloat, pythonStrip } from './python.ts';
import { quoteValue } from './quote.ts';

/** A number that A1111 holds as a float, so that a whole one prints with ".0". */
export interface PythonFloat {
  readonly float: number;
}

/** A value of a parameter. Plain numbers print as JSON wrote them; null prints nothing. */
export type InfotextValue = string | number | bigint | boolean | PythonFloat | null;

/** Marks a number as a float: `float(7)` prints "7.0". */
export function float(value: number): PythonFloat {
  return { float: value };
}

/**
 * Everything that the infotext of one picture says. Whoever makes pictures fills it; `writeInfotext` knows order and
 * spelling. Absent fields print nothing.
 */
export interface InfotextFields {
  /** As it was used: comments taken out, styles put in, network tags left in. */
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly steps: number;
  /** The sampler's name, such as "Euler a". */
  readonly sampler: string;
  /** Label of the schedule that was used: a sampler's own default is named, and "Automatic" stands where there is none. */
  readonly scheduleType: string;
  readonly cfgScale: number;
  /** Of an edit model. */
  readonly imageCfgScale?: number | undefined;
  /** Of this picture: request seed plus index. */
  readonly seed: number | bigint;
  /** Name of the face restorer, when it ran. */
  readonly faceRestoration?: string | undefined;
  /** As asked for, of the first pass, in pixels. */
  readonly width: number;
  readonly height: number;
  /** Ten hexadecimal digits. */
  readonly modelHash?: string | undefined;
  /** File stem of the checkpoint. */
  readonly model?: string | undefined;
  /** Option `fp8_storage`, when weights are kept in 8 bits. */
  readonly fp8Weight?: string | undefined;
  readonly cacheFp16Weight?: boolean | undefined;
  /** Ten hexadecimal digits; only of a separate VAE file. */
  readonly vaeHash?: string | undefined;
  /** File name of the VAE; only of a separate one. */
  readonly vae?: string | undefined;
  /** Of this picture; printed when the strength is not 0. */
  readonly variationSeed?: number | bigint | undefined;
  readonly variationSeedStrength?: number | undefined;
  /** Size that the noise was drawn at, when another was asked for. */
  readonly seedResizeFrom?: { readonly width: number; readonly height: number } | undefined;
  /** Of image-to-image and of the second pass. */
  readonly denoisingStrength?: number | undefined;
  /** Option `inpainting_mask_weight`; only of an inpainting model. */
  readonly conditionalMaskWeight?: number | undefined;
  /** Printed above 1. */
  readonly clipSkip?: number | undefined;
  /** Option `eta_noise_seed_delta`, when it is not 0 and the sampler uses it. */
  readonly ensd?: number | undefined;
  /** Printed when not 0. */
  readonly tokenMergingRatio?: number | undefined;
  /** Of the second pass; printed when not 0. */
  readonly tokenMergingRatioHr?: number | undefined;
  /** Of a saved initial picture. */
  readonly initImageHash?: string | undefined;
  /** Option `randn_source`; "GPU" is not printed. */
  readonly rng?: string | undefined;
  readonly tiling?: boolean | undefined;
  /**
   * What the parts of the pipeline add, in the order they add it: "Eta", "Sigma churn" …, "Schedule min sigma" …,
   * "Hires upscale", "Hires resize", "Hires steps", "Hires upscaler", "Hires prompt", "Refiner", "Mask blur",
   * "Inpaint area", "Masked content", "Lora hashes", "TI hashes", "Aesthetic …" and so on (generation.md 15.1). A name
   * that is among the fields above replaces its value there. A null keeps a place.
   */
  readonly extra?: Iterable<readonly [string, InfotextValue]> | undefined;
  /** Such as "v1.10.1". */
  readonly version?: string | undefined;
  readonly user?: string | undefined;
}

/** The infotext of a picture (A1111 1.10.1 `create_infotext`). */
export function writeInfotext(fields: InfotextFields): string {
  const negative = fields.negativePrompt === '' ? '' : `\nNegative prompt: ${fields.negativePrompt}`;
  const parameters = [...parametersOf(fields)].flatMap(([key, value]) => {
    if (value === null) return [];
    const text = printValue(value);
    return [text === key ? key : `${key}: ${quoteValue(text)}`];
  });
  return pythonStrip(`${fields.prompt}${negative}\n${parameters.join(', ')}`);
}

function parametersOf(fields: InfotextFields): Map<string, InfotextValue> {
  const varied = (fields.variationSeedStrength ?? 0) !== 0;
  const resized = fields.seedResizeFrom;
  const result = new Map<string, InfotextValue>([
    ['Steps', fields.steps],
    ['Sampler', fields.sampler],
    ['Schedule type', fields.scheduleType],
    ['CFG scale', float(fields.cfgScale)],
    ['Image CFG scale', optionalFloat(fields.imageCfgScale)],
    ['Seed', fields.seed],
    ['Face restoration', fields.faceRestoration ?? null],
    ['Size', `${fields.width}x${fields.height}`],
    ['Model hash', fields.modelHash ?? null],
    ['Model', fields.model ?? null],
    ['FP8 weight', fields.fp8Weight ?? null],
    ['Cache FP16 weight for LoRA', fields.cacheFp16Weight ?? null],
    ['VAE hash', fields.vaeHash ?? null],
    ['VAE', fields.vae ?? null],
    ['Variation seed', varied ? (fields.variationSeed ?? null) : null],
    ['Variation seed strength', varied ? optionalFloat(fields.variationSeedStrength) : null],
    ['Seed resize from', resized ? `${resized.width}x${resized.height}` : null],
    ['Denoising strength', optionalFloat(fields.denoisingStrength)],
    ['Conditional mask weight', optionalFloat(fields.conditionalMaskWeight)],
    ['Clip skip', (fields.clipSkip ?? 1) > 1 ? (fields.clipSkip ?? null) : null],
    ['ENSD', fields.ensd ?? null],
    ['Token merging ratio', unlessZero(fields.tokenMergingRatio)],
    ['Token merging ratio hr', unlessZero(fields.tokenMergingRatioHr)],
    ['Init image hash', fields.initImageHash ?? null],
    ['RNG', fields.rng === 'GPU' ? null : (fields.rng ?? null)],
    ['Tiling', fields.tiling === true ? true : null],
  ]);
  for (const [key, value] of fields.extra ?? []) result.set(key, value);
  result.set('Version', fields.version ?? null);
  result.set('User', fields.user ?? null);
  return result;
}

function optionalFloat(value: number | undefined): InfotextValue {
  return value === undefined ? null : float(value);
}

function unlessZero(value: number | undefined): InfotextValue {
  return value === 0 ? null : optionalFloat(value);
}

/** A value as Python prints it. */
function printValue(value: Exclude<InfotextValue, null>): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value).toString() : pythonFloat(value);
  return typeof value === 'object' ? pythonFloat(value.float) : value.toString();
}
