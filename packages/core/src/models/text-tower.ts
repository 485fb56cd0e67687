import { ModelError } from '../errors/index.ts';
import type { Value } from '../graph/index.ts';
import { fixed, layerNorm, linear, type Scope } from '../nn/index.ts';
import { matmul } from '../ops/index.ts';
import { clipFinalNorm, clipText, inferClipText, type ClipTextConfig, type ClipTextInputs } from './clip-text.ts';
import { inferOpenClipText, openClipText } from './open-clip-text.ts';

/** Who trained a tower: OpenAI, with the sigmoid form of GELU, or OpenCLIP, with the exact one. Both also clean and fill texts in their own way. */
export type TowerMaker = 'openai' | 'openclip';

/** A text tower of CLIP, in whatever names its file has. */
export interface TextTower {
  /** Whose names its file has: either maker's towers may have Hugging Face's. */
  readonly naming: 'hf' | 'openclip';
  readonly config: ClipTextConfig;
  /** Width of the pooled vector; 0: the file has no projection to it. */
  readonly pooled: number;
  /** layers + 1 states [b, 77, d]: before the first block and after each, without the final norm. */
  states(inputs: ClipTextInputs): Value[];
  /** The norm after the last block. x [b, n, d] → same shape. */
  norm(x: Value): Value;
  /** From the last state's vector at the end token to CLIP's common space. x [b, d], after the norm → [b, pooled]. Throws ModelError where there is none. */
  project(x: Value): Value;
}

/** The text tower below a place: Hugging Face names, with or without `text_model.`, or OpenCLIP's. Throws ModelError where there is none. */
export function textTower(p: Scope, model: string, maker: TowerMaker = 'openai'): TextTower {
  return p.shapeOf('token_embedding.weight') ? openClipTower(p, model) : clipTower(p, model, maker);
}

function openClipTower(p: Scope, model: string): TextTower {
  const config = inferOpenClipText(p, model);
  const pooled = p.shapeOf('text_projection')?.[1] ?? 0;
  return {
    naming: 'openclip',
    config,
    pooled,
    states: (inputs) => openClipText(p, config, inputs),
    norm: (x) => layerNorm(p.at('ln_final'), x),
    project: (x) => matmul(x, p.weight('text_projection', [fixed(x, -1), checkPooled(pooled, model)])),
  };
}

function clipTower(p: Scope, model: string, maker: TowerMaker): TextTower {
  const inner = p.shapeOf('text_model.embeddings.token_embedding.weight') ? p.at('text_model') : p;
  const config = inferClipText(inner, model, maker === 'openclip' ? 'gelu' : 'quickGelu');
  const pooled = p.shapeOf('text_projection.weight')?.[0] ?? 0;
  return {
    naming: 'hf',
    config,
    pooled,
    states: (inputs) => clipText(inner, config, inputs),
    norm: (x) => clipFinalNorm(inner, x),
    project: (x) => linear(p.at('text_projection'), x, checkPooled(pooled, model), { bias: false }),
  };
}

function checkPooled(width: number, model: string): number {
  if (width > 0) return width;
  throw new ModelError(model, 'its second text encoder has no text_projection', {
    hint: 'Give a file that holds the whole encoder: --text-encoder-2 FILE',
  });
}
