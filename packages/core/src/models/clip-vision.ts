import { ModelError } from '../errors/index.ts';
import type { Value } from '../graph/index.ts';
import { conv2d, layerNorm, type Scope } from '../nn/index.ts';
import { add, concat, linear, reshape, slice, tileRows, transpose } from '../ops/index.ts';
import { clipBlock, clipHeads } from './clip-text.ts';

/** What distinguishes one CLIP image tower from another. */
export interface ClipVisionConfig {
  readonly width: number;
  readonly layers: number;
  readonly mlp: number;
  readonly heads: number;
  /** Side of a square patch, pixels. */
  readonly patch: number;
  /** Side of the picture, pixels. */
  readonly size: number;
  readonly projection: number;
}

/** Reads the configuration off the shapes of a Hugging Face CLIPModel. Throws ModelError where there is no image tower. */
export function inferClipVision(p: Scope, model: string): ClipVisionConfig {
  const patches = p.shapeOf('vision_model.embeddings.patch_embedding.weight');
  const positions = p.shapeOf('vision_model.embeddings.position_embedding.weight')?.[0];
  const mlp = p.shapeOf('vision_model.encoder.layers.0.mlp.fc1.weight')?.[0];
  const projection = p.shapeOf('visual_projection.weight')?.[0];
  if (!patches || positions === undefined || mlp === undefined || projection === undefined) {
    throw new ModelError(model, 'has no CLIP image encoder', {
      hint: 'A whole CLIP model is needed, as in models/CLIP.',
    });
  }
  const [width = 0, , patch = 0] = patches;
  let layers = 0;
  while (p.shapeOf(`vision_model.encoder.layers.${layers}.layer_norm1.weight`)) layers++;
  const side = Math.sqrt(positions - 1);
  if (!Number.isInteger(side)) {
    throw new ModelError(model, `its CLIP image encoder has ${positions} positions, which make no square`, {
      hint: 'The file is damaged or of another architecture.',
    });
  }
  return { width, layers, mlp, heads: clipHeads(width, model), patch, size: side * patch, projection };
}

/**
 * CLIP's vision transformer (Radford et al. 2021). pixels [b, 3, size, size], normalised
 * → `pooled` [b, d]: the class token after the last norm; `embedding` [b, projection]: projected, not normalised.
 */
export function clipVision(
  p: Scope,
  config: ClipVisionConfig,
  pixels: Value,
): { readonly pooled: Value; readonly embedding: Value } {
  const { width, patch, size } = config;
  const vision = p.at('vision_model');
  const embeddings = vision.at('embeddings');
  const count = (size / patch) ** 2;
  const b = pixels.shape[0]!;
  const patches = conv2d(embeddings.at('patch_embedding'), pixels, width, patch, {
    stride: patch,
    pads: [0, 0, 0, 0],
    bias: false,
  });
  const tokens = transpose(reshape(patches, [b, width, count]), [0, 2, 1]);
  const first = reshape(embeddings.weight('class_embedding', [width]), [1, 1, width]);
  let h = concat(tileRows(first, pixels), tokens, 1);
  h = add(h, embeddings.at('position_embedding').weight('weight', [count + 1, width]));
  // The published models spell it so.
  h = layerNorm(vision.at('pre_layrnorm'), h);
  for (let i = 0; i < config.layers; i++)
    h = clipBlock(vision.at(`encoder.layers.${i}`), h, { ...config, activation: 'quickGelu', causal: false });
  const pooled = layerNorm(vision.at('post_layernorm'), reshape(slice(h, { axis: 1, start: 0, end: 1 }), [b, width]));
  return { pooled, embedding: linear(pooled, p.at('visual_projection').weight('weight', [config.projection, width])) };
}
