import { ModelError } from '../errors/index.ts';
import type { Value } from '../graph/index.ts';
import { fixed, layerNorm, linear, type Scope } from '../nn/index.ts';
import * as ops from '../ops/index.ts';
import { add, attention, embedding, gelu, slice } from '../ops/index.ts';
import { clipHeads, placeVectors, type ClipTextConfig, type ClipTextInputs } from './clip-text.ts';

/** Reads the configuration off the shapes (OpenCLIP's own names). Throws ModelError where there is no text tower of OpenCLIP. */
export function inferOpenClipText(p: Scope, model: string): ClipTextConfig {
  const table = p.shapeOf('token_embedding.weight');
  const positions = p.shapeOf('positional_embedding')?.[0];
  const mlp = p.shapeOf('transformer.resblocks.0.mlp.c_fc.weight')?.[0];
  if (!table || positions === undefined || mlp === undefined)
    throw new ModelError(model, 'has no OpenCLIP text encoder', { hint: 'The file is incomplete or damaged.' });
  const [vocabulary = 0, width = 0] = table;
  let layers = 0;
  while (p.shapeOf(`transformer.resblocks.${layers}.ln_1.weight`)) layers++;
  return { vocabulary, positions, width, layers, mlp, heads: clipHeads(width, model), activation: 'gelu' };
}

/**
 * OpenCLIP's text transformer (Cherti et al. 2022; ViT-H of SD2, bigG of SDXL): every state, without the final norm.
 * → layers + 1 states [b, 77, d]: before the first block and after each.
 */
export function openClipText(p: Scope, config: ClipTextConfig, inputs: ClipTextInputs): Value[] {
  const tokens = embedding(p.at('token_embedding').weight('weight', [config.vocabulary, config.width]), inputs.ids);
  let h = add(placeVectors(tokens, inputs), p.weight('positional_embedding', [config.positions, config.width]));
  const states = [h];
  for (let i = 0; i < config.layers; i++) {
    h = residualBlock(p.at(`transformer.resblocks.${i}`), h, config);
    states.push(h);
  }
  return states;
}

/** Pre-norm transformer block with one packed projection to queries, keys and values. x [b, n, d] → same shape. */
function residualBlock(p: Scope, x: Value, { heads, mlp }: ClipTextConfig): Value {
  const width = fixed(x, -1);
  const self = p.at('attn');
  const packed = ops.linear(
    layerNorm(p.at('ln_1'), x),
    self.weight('in_proj_weight', [3 * width, width]),
    self.weight('in_proj_bias', [3 * width]),
  );
  const third = (i: number): Value => slice(packed, { axis: 2, start: i * width, end: (i + 1) * width });
  const attended = attention(third(0), third(1), third(2), { heads, causal: true });
  const h = add(x, linear(self.at('out_proj'), attended, width));
  return add(h, linear(p.at('mlp.c_proj'), gelu(linear(p.at('mlp.c_fc'), layerNorm(p.at('ln_2'), h), mlp)), width));
}
