import { ModelError } from '../errors/index.ts';
import type { Value } from '../graph/index.ts';
import { fixed, layerNorm, linear, type Scope } from '../nn/index.ts';
import { add, attention, embedding, gelu, mul, quickGelu } from '../ops/index.ts';

/** What distinguishes one CLIP text tower from another. */
export interface ClipTextConfig {
  readonly vocabulary: number;
  /** Positions of a window: 77. */
  readonly positions: number;
  readonly width: number;
  readonly layers: number;
  readonly mlp: number;
  readonly heads: number;
  readonly activation: 'quickGelu' | 'gelu';
}

/** Reads the configuration off the shapes (Hugging Face names, below `text_model`). Throws ModelError where there is no text tower of CLIP. */
export function inferClipText(
  p: Scope,
  model: string,
  activation: ClipTextConfig['activation'] = 'quickGelu',
): ClipTextConfig {
  const table = p.shapeOf('embeddings.token_embedding.weight');
  const positions = p.shapeOf('embeddings.position_embedding.weight')?.[0];
  const mlp = p.shapeOf('encoder.layers.0.mlp.fc1.weight')?.[0];
  if (!table || positions === undefined || mlp === undefined) {
    throw new ModelError(model, 'has no CLIP text encoder', {
      hint: 'Give the file that holds it: --text-encoder FILE',
    });
  }
  const [vocabulary = 0, width = 0] = table;
  let layers = 0;
  while (p.shapeOf(`encoder.layers.${layers}.layer_norm1.weight`)) layers++;
  return { vocabulary, positions, width, layers, mlp, heads: clipHeads(width, model), activation };
}

/** Heads of a tower: every CLIP's are 64 wide. Throws ModelError for a width that they do not divide. */
export function clipHeads(width: number, model: string): number {
  if (width > 0 && width % 64 === 0) return width / 64;
  throw new ModelError(model, `its CLIP encoder is ${width} wide, which is no multiple of 64`, {
    hint: 'The file is damaged or of another architecture.',
  });
}

export interface ClipTextInputs {
  /** Token ids of windows [b, 77]. */
  readonly ids: Value;
  /** Embedding vectors put in place of tokens: 1 where the token's own embedding stays, else 0 [b, 77, 1] … */
  readonly keep?: Value;
  /** … and the vectors, 0 elsewhere [b, 77, d]. */
  readonly vectors?: Value;
}

/**
 * CLIP's text transformer (Radford et al. 2021): every state, without the final norm.
 * → layers + 1 states [b, 77, d]: before the first block and after each.
 */
export function clipText(p: Scope, config: ClipTextConfig, inputs: ClipTextInputs): Value[] {
  const { width } = config;
  const tokens = embedding(p.at('embeddings.token_embedding').weight('weight', [config.vocabulary, width]), inputs.ids);
  let h = add(
    placeVectors(tokens, inputs),
    p.at('embeddings.position_embedding').weight('weight', [config.positions, width]),
  );
  const states = [h];
  for (let i = 0; i < config.layers; i++) {
    h = clipBlock(p.at(`encoder.layers.${i}`), h, { ...config, causal: true });
    states.push(h);
  }
  return states;
}

/** Puts the vectors of embeddings in place of tokens. tokens [b, 77, d] → same shape. */
export function placeVectors(tokens: Value, { keep, vectors }: ClipTextInputs): Value {
  return keep && vectors ? add(mul(tokens, keep), vectors) : tokens;
}

/** The norm after the last block. x [b, n, d] → same shape. */
export function clipFinalNorm(p: Scope, x: Value): Value {
  return layerNorm(p.at('final_layer_norm'), x);
}

export interface ClipBlockConfig {
  readonly mlp: number;
  readonly heads: number;
  readonly activation: 'quickGelu' | 'gelu';
  readonly causal: boolean;
}

/** Pre-norm transformer block of both towers. x [b, n, d] → same shape. */
export function clipBlock(p: Scope, x: Value, config: ClipBlockConfig): Value {
  const width = fixed(x, -1);
  const normal = layerNorm(p.at('layer_norm1'), x);
  const self = p.at('self_attn');
  const [q, k, v] = ['q_proj', 'k_proj', 'v_proj'].map((name) => linear(self.at(name), normal, width)) as [
    Value,
    Value,
    Value,
  ];
  const h = add(
    x,
    linear(self.at('out_proj'), attention(q, k, v, { heads: config.heads, causal: config.causal }), width),
  );
  const activate = config.activation === 'gelu' ? gelu : quickGelu;
  return add(
    h,
    linear(p.at('mlp.fc2'), activate(linear(p.at('mlp.fc1'), layerNorm(p.at('layer_norm2'), h), config.mlp)), width),
  );
}
