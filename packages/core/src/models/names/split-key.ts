/** A key of an adapter file, taken apart. */
export interface SplitKey {
  /** The layer, as the file spells it. */
  readonly module: string;
  /** The canonical name of the part: kohya's and LyCORIS' spelling. */
  readonly part: string;
}

/** Parts that have one spelling. */
const PLAIN = [
  'lora_down.weight',
  'lora_up.weight',
  'lora_mid.weight',
  'hada_w1_a',
  'hada_w1_b',
  'hada_w2_a',
  'hada_w2_b',
  'hada_t1',
  'hada_t2',
  'lokr_w1',
  'lokr_w1_a',
  'lokr_w1_b',
  'lokr_w2',
  'lokr_w2_a',
  'lokr_w2_b',
  'lokr_t1',
  'lokr_t2',
  'on_input',
  'ia3_l',
  'diff',
  'diff_b',
  'set_weight',
  'w_norm',
  'b_norm',
  'a1.weight',
  'a2.weight',
  'b1.weight',
  'b2.weight',
  'oft_blocks',
  'oft_diag',
  'rescale',
  'oft_R.weight',
  'oft_R.scaled_oft',
  'boft_R',
  'boft_s',
  'q_layer.weight',
  'p_layer.weight',
  'lambda_layer',
  'alpha',
  'dora_scale',
  'bias_values',
  'bias_indices',
  'bias_size',
] as const;

/** Other spellings: diffusers' and PEFT's. The adapter's name stands between in a model that was never saved. */
const OTHER: readonly (readonly [string, readonly string[]])[] = [
  [
    'lora_down.weight',
    [
      'lora_A',
      'lora_A.weight',
      'lora_A.default',
      'lora_A.default.weight',
      'lora.down.weight',
      'lora_linear_layer.down.weight',
    ],
  ],
  [
    'lora_up.weight',
    [
      'lora_B',
      'lora_B.weight',
      'lora_B.default',
      'lora_B.default.weight',
      'lora.up.weight',
      'lora_linear_layer.up.weight',
    ],
  ],
  ['lora_up.bias', ['lora_B.bias', 'lora_B.default.bias']],
  ['lora_embedding_down', ['lora_embedding_A', 'lora_embedding_A.default']],
  ['lora_embedding_up', ['lora_embedding_B', 'lora_embedding_B.default']],
  [
    'lora_magnitude_vector',
    [
      'lora_magnitude_vector',
      'lora_magnitude_vector.weight',
      'lora_magnitude_vector.default',
      'lora_magnitude_vector.default.weight',
    ],
  ],
];

const PARTS: ReadonlyMap<string, string> = new Map([
  ...PLAIN.map((part) => [part, part] as const),
  ...OTHER.flatMap(([part, spellings]) => spellings.map((spelling) => [spelling, part] as const)),
]);

/** Parts that layers of any network have: only a flattened name makes them an adapter's. */
export const COMMON_PARTS: ReadonlySet<string> = new Set(['weight', 'bias', 'scale']);

/** Attention processors of old diffusers: `to_q_lora.down.weight`. */
const PROCESSOR: ReadonlyMap<string, string> = new Map([
  ['down.weight', 'lora_down.weight'],
  ['up.weight', 'lora_up.weight'],
]);

/** The longest known part, with its dots. */
const MOST_DOTS = 4;
const NONE: ReadonlySet<string> = new Set();

/**
 * The layer and the part of a key: flattened names end at their only dot, dotted ones where the longest known part begins.
 * Undefined for what is no part of an adapter. `more`: parts besides the known ones, each without a dot or with fewer than four.
 */
export function splitKey(key: string, more: ReadonlySet<string> = NONE): SplitKey | undefined {
  const dots: number[] = [];
  for (let dot = key.lastIndexOf('.'); dot > 0 && dots.length < MOST_DOTS; dot = key.lastIndexOf('.', dot - 1))
    dots.unshift(dot);
  for (const dot of dots) {
    const module = key.slice(0, dot);
    const spelling = key.slice(dot + 1);
    const part = PARTS.get(spelling) ?? (more.has(spelling) ? spelling : undefined);
    if (part !== undefined) return { module, part };
    if (COMMON_PARTS.has(spelling) && !module.includes('.')) return { module, part: spelling };
    const processor = PROCESSOR.get(spelling);
    if (processor !== undefined && module.endsWith('_lora'))
      return { module: module.slice(0, -'_lora'.length), part: processor };
  }
  return undefined;
}

const BUNDLED = /^bundle_emb\.(.+?)\.(string_to_param\..*|clip_[lg](?:_out)?)$/s;

/** The word and the tensor of an embedding that an adapter brings: `bundle_emb.WORD.clip_l`. Undefined for other keys. */
export function splitBundled(key: string): { readonly word: string; readonly tensor: string } | undefined {
  const [, word, tensor] = BUNDLED.exec(key) ?? [];
  return word === undefined || tensor === undefined ? undefined : { word, tensor };
}
