import type { Base, ModelKind, Recognition } from './description.ts';
import type { Keys } from './keys.ts';
import { splitPart } from './parts.ts';

// Whole checkpoints and their parts. Order and keys: A1111 modules/sd_models_config.py.

const UNET = 'model.diffusion_model.';
/** Width of the text that cross-attention reads, by base. */
const CONTEXT: ReadonlyMap<number, Base> = new Map([
  [768, 'SD1'],
  [1024, 'SD2'],
  [2048, 'SDXL'],
  [1280, 'SDXL refiner'],
]);
/** A tensor of SDXL's second text encoder, in either spelling. */
const SECOND_TEXT = [
  'conditioner.embedders.1.model.ln_final.weight',
  'conditioner.embedders.1.transformer.text_model.final_layer_norm.weight',
];
/** Width of a text encoder: SDXL's first is SD1's own. */
const TEXT: ReadonlyMap<number, readonly Base[]> = new Map([
  [768, ['SD1', 'SDXL']],
  [1024, ['SD2']],
  [1280, ['SDXL', 'SDXL refiner']],
]);

/** Base models whose cross-attention reads texts of this width. */
export function basesOfContext(width: number | undefined): readonly Base[] {
  const base = width === undefined ? undefined : CONTEXT.get(width);
  return base === undefined ? [] : [base];
}

export function basesOfTextWidth(width: number | undefined): readonly Base[] {
  return (width === undefined ? undefined : TEXT.get(width)) ?? [];
}

/** A checkpoint with a UNet under its usual prefix. Adapters may have names below that prefix, too. */
export function recogniseCheckpoint(keys: Keys): Recognition | undefined {
  if (!keys.names.some((name) => name.startsWith(UNET) && splitPart(name) === undefined)) return undefined;
  const found = (what: string, base: Base, why: string): Recognition => ({
    kind: 'checkpoint',
    what: `${what} checkpoint`,
    bases: [base],
    why,
  });
  const channels = keys.size(`${UNET}input_blocks.0.0.weight`, 1);
  const inpainting = channels === 9 ? ' inpainting' : '';
  const reads = channels === undefined ? '' : `; the UNet reads ${channels} channels`;

  const context = contextWidth(keys);
  const pair = keys.has('conditioner.embedders.1.model.ln_final.weight') || keys.under('conditioner.embedders.0.');
  if (SECOND_TEXT.some((sign) => keys.has(sign))) {
    return pair
      ? found(`SDXL${inpainting}`, 'SDXL', `it has two text encoders${reads}`)
      : found('SDXL refiner', 'SDXL refiner', 'it has the second text encoder of SDXL alone');
  }
  const only = keys.size('conditioner.embedders.0.model.ln_final.weight', 0);
  if (only === 1024) return found('SD2 (turbo layout)', 'SD2', 'its only text encoder is 1024 wide');
  if (only !== undefined)
    return found('SDXL refiner', 'SDXL refiner', `its only text encoder is OpenCLIP, ${only} wide`);
  if (keys.under('depth_model.')) return found('SD2 depth', 'SD2', 'it has a depth_model');
  if (keys.has('embedder.model.ln_final.weight')) return found('SD2 unCLIP', 'SD2', 'it has an image embedder');
  const openClip = keys.size('cond_stage_model.model.transformer.resblocks.0.attn.in_proj_weight', 1);
  if (openClip !== undefined)
    return found(`SD2${inpainting}`, 'SD2', `its text encoder is OpenCLIP, ${openClip} wide${reads}`);
  if (keys.under('cond_stage_model.roberta.'))
    return { ...found('AltDiffusion', 'SD1', 'its text encoder is XLM-RoBERTa'), kind: 'unsupported' };
  const tokens = keys.size('cond_stage_model.transformer.text_model.embeddings.token_embedding.weight', 1);
  const first = keys.under('conditioner.embedders.0.transformer.');
  const base =
    (keys.under('cond_stage_model.') && tokens !== 1024 ? [] : basesOfContext(context))[0] ?? (first ? 'SDXL' : 'SD1');
  if (base !== 'SD1') {
    const lacks = tokens !== undefined ? '' : first ? ' (without second text encoder)' : ' (without text encoder)';
    const why = first ? 'it has the first text encoder of SDXL' : `its attention reads texts ${context} wide`;
    return found(`${base}${inpainting}${lacks}`, base, `${why}${reads}`);
  }
  if (channels === 8) return found('SD1 pix2pix', 'SD1', 'the UNet reads 8 channels');
  if (channels === 9) return found('SD1 inpainting', 'SD1', 'the UNet reads 9 channels');
  const attention = context === undefined ? '' : `; its attention reads texts ${context} wide`;
  return found('SD1', 'SD1', `its layout is SD1's${attention}`);
}

/** Second axis of the first cross-attention key weight, in any spelling. */
export function contextWidth(keys: Keys): number | undefined {
  const name = keys.names.find((candidate) => candidate.endsWith('.attn2.to_k.weight'));
  return name === undefined ? undefined : keys.size(name, 1);
}

/** A part of a checkpoint that stands alone: VAE, text encoder, UNet. */
export function recognisePart(keys: Keys): Recognition | undefined {
  return recogniseVae(keys) ?? recogniseText(keys) ?? recogniseUNet(keys);
}

function recogniseVae(keys: Keys): Recognition | undefined {
  for (const prefix of ['', 'first_stage_model.', 'vae.']) {
    const latent = keys.size(`${prefix}decoder.conv_in.weight`, 1);
    const quant = keys.size(`${prefix}post_quant_conv.weight`, 0);
    if (latent === undefined || (keys.size(`${prefix}decoder.conv_in.weight`, 0) ?? 0) < latent) continue;
    const supported = latent === 4;
    return {
      kind: supported ? 'vae' : 'unsupported',
      what: supported ? 'VAE' : `VAE of ${latent} latent channels`,
      bases: supported ? ['SD1', 'SD2', 'SDXL'] : [],
      why: `its decoder reads ${latent} channels${quant === undefined ? '; it has no post_quant_conv' : ''}`,
    };
  }
  return undefined;
}

const TOKENS = ['embeddings.token_embedding.weight', 'token_embedding.weight'];

function recogniseText(keys: Keys): Recognition | undefined {
  const name = keys.names.find((candidate) =>
    TOKENS.some((sign) => candidate === sign || candidate.endsWith(`.${sign}`)),
  );
  if (name === undefined) return undefined;
  const width = keys.size(name, 1);
  const pair = keys.under('vision_model.') || keys.under('visual.');
  const kind: ModelKind = pair ? 'clip' : 'text-encoder';
  return {
    kind,
    what: pair ? 'CLIP text and image encoder' : 'text encoder',
    bases: basesOfTextWidth(width),
    why: `its tokens are ${width} wide`,
  };
}

function recogniseUNet(keys: Keys): Recognition | undefined {
  const ldm = keys.has('input_blocks.0.0.weight') && keys.under('output_blocks.');
  const diffusers = keys.has('conv_in.weight') && keys.under('down_blocks.') && keys.under('up_blocks.');
  if (!ldm && !diffusers) return undefined;
  const context = contextWidth(keys);
  return {
    kind: 'unet',
    what: `UNet alone (${ldm ? 'checkpoint' : 'diffusers'} names)`,
    bases: basesOfContext(context),
    why: context === undefined ? 'it has no cross-attention' : `its attention reads texts ${context} wide`,
  };
}
