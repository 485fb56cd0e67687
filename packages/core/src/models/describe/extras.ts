import type { ModelFile } from '../../formats/index.ts';
import { basesOfContext, contextWidth } from './checkpoint.ts';
import type { Base, ModelKind, Recognition } from './description.ts';
import type { Keys } from './keys.ts';

/** Control networks of several makes. */
export function recogniseControl(keys: Keys): Recognition | undefined {
  const context = contextWidth(keys);
  const found = (kind: ModelKind, what: string, bases: readonly Base[], why: string): Recognition => ({
    kind,
    what,
    bases,
    why,
  });
  if (keys.under('lllite_unet'))
    return found('unsupported', 'ControlNet-LLLite', ['SDXL'], 'its names begin with lllite_unet');
  if (keys.under('ip_adapter.')) {
    const name = keys.names.find((candidate) => candidate.endsWith('.to_k_ip.weight'));
    return found(
      'unsupported',
      'IP-Adapter',
      basesOfContext(name === undefined ? undefined : keys.size(name, 1)),
      'its names begin with ip_adapter',
    );
  }
  const sign = ['control_model.', 'zero_convs.', 'controlnet_cond_embedding.', 'input_hint_block.'].find((prefix) =>
    keys.under(prefix),
  );
  return sign === undefined ? undefined : found('controlnet', 'ControlNet', basesOfContext(context), `it has ${sign}*`);
}

/** `widths → two modules of linear layers`: A1111 modules/hypernetworks/hypernetwork.py. */
export function recogniseHypernetwork(keys: Keys): Recognition | undefined {
  const widths = new Set<number>();
  for (const name of keys.names) {
    const width = /^(\d{1,6})\.[01]\.linear(?:\.\d+|[12])\./.exec(name)?.[1];
    if (width === undefined) return undefined;
    widths.add(Number(width));
  }
  if (widths.size === 0) return undefined;
  const bases: readonly Base[] = widths.has(768) ? ['SD1'] : widths.has(1024) ? ['SD2'] : [];
  return {
    kind: 'hypernetwork',
    what: 'hypernetwork',
    bases,
    why: `it has layers for the widths ${[...widths].join(', ')}`,
  };
}

const WIDTHS: ReadonlyMap<number, readonly Base[]> = new Map([
  [768, ['SD1']],
  [1024, ['SD2']],
  [1280, ['SDXL']],
  [2048, ['SDXL']],
]);

/** Textual inversions, and points of CLIP's image space. */
export function recogniseEmbedding(keys: Keys, file: ModelFile): Recognition | undefined {
  const found = (width: number, vectors: number, why: string): Recognition => ({
    kind: 'embedding',
    what: `embedding of ${vectors} ${vectors === 1 ? 'vector' : 'vectors'}`,
    bases: WIDTHS.get(width) ?? [],
    why,
  });
  const small = keys.shape('clip_l');
  const large = keys.shape('clip_g');
  if (small && large)
    return found(2048, large.length > 1 ? large[0]! : 1, 'it has vectors for both text encoders of SDXL');
  // The original repository keeps the token of the word, a tensor as well, beside the vectors.
  const params = keys.names.filter((name) => name.startsWith('string_to_param.'));
  const held = params.length > 0 ? params : keys.names;
  if (held.length > 1 && (params.length > 0 || held.every((name) => /^<.+>$/s.test(name))))
    return {
      kind: 'unknown',
      what: `file of ${held.length} embeddings`,
      bases: [],
      why: `it holds vectors for ${held.length} words`,
    };
  // A list is an old LoRA.
  if (held.length !== 1 || Array.isArray(file.value)) return undefined;
  const [name = ''] = held;
  const shape = keys.shape(name)!;
  if (shape.length < 1 || shape.length > 2) return undefined;
  const width = shape.at(-1)!;
  // A bare tensor: a point of CLIP's image space.
  if (name === '' && file.container !== 'safetensors')
    return {
      kind: 'aesthetic-embedding',
      what: 'aesthetic embedding',
      bases: [],
      why: `it is one bare tensor, ${width} wide`,
    };
  return found(width, shape.length === 2 ? shape[0]! : 1, `it holds one tensor, ${width} wide`);
}
