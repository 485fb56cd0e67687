/** A part of an adapter module, whatever the program that wrote it calls it. */
export type Part =
  | 'down'
  | 'up'
  | 'mid'
  | 'alpha'
  | 'scale'
  | 'dora'
  | 'w1a'
  | 'w1b'
  | 'w2a'
  | 'w2b'
  | 'k1'
  | 'k1a'
  | 'k1b'
  | 'k2'
  | 'k2a'
  | 'k2b'
  | 't1'
  | 't2'
  | 'weight'
  | 'on_input'
  | 'ia3'
  | 'diff'
  | 'diff_b'
  | 'set'
  | 'w_norm'
  | 'b_norm'
  | 'a1'
  | 'a2'
  | 'b1'
  | 'b2'
  | 'bm'
  | 'oft'
  | 'boft'
  | 'rescale'
  | 'q'
  | 'p'
  | 'lambda';

/** Ends of names, longest first where one ends another. */
const SUFFIXES: readonly (readonly [string, Part])[] = [
  ['.lora_linear_layer.down.weight', 'down'],
  ['.lora_linear_layer.up.weight', 'up'],
  ['.lora_down.weight', 'down'],
  ['.lora_up.weight', 'up'],
  ['.lora_mid.weight', 'mid'],
  ['.lora_A.default.weight', 'down'],
  ['.lora_B.default.weight', 'up'],
  ['.lora_A.weight', 'down'],
  ['.lora_B.weight', 'up'],
  ['.lora_A', 'down'],
  ['.lora_B', 'up'],
  ['.lora.down.weight', 'down'],
  ['.lora.up.weight', 'up'],
  ['_lora.down.weight', 'down'],
  ['_lora.up.weight', 'up'],
  [':down', 'down'],
  [':up', 'up'],
  ['.alpha', 'alpha'],
  ['.scale', 'scale'],
  ['.dora_scale', 'dora'],
  ['.lora_magnitude_vector.weight', 'dora'],
  ['.lora_magnitude_vector', 'dora'],
  ['.hada_w1_a', 'w1a'],
  ['.hada_w1_b', 'w1b'],
  ['.hada_w2_a', 'w2a'],
  ['.hada_w2_b', 'w2b'],
  ['.hada_t1', 't1'],
  ['.hada_t2', 't2'],
  ['.lokr_w1', 'k1'],
  ['.lokr_w1_a', 'k1a'],
  ['.lokr_w1_b', 'k1b'],
  ['.lokr_w2', 'k2'],
  ['.lokr_w2_a', 'k2a'],
  ['.lokr_w2_b', 'k2b'],
  ['.lokr_t2', 't2'],
  ['.on_input', 'on_input'],
  ['.ia3_l', 'ia3'],
  ['.diff', 'diff'],
  ['.diff_b', 'diff_b'],
  ['.set_weight', 'set'],
  ['.w_norm', 'w_norm'],
  ['.b_norm', 'b_norm'],
  ['.a1.weight', 'a1'],
  ['.a2.weight', 'a2'],
  ['.b1.weight', 'b1'],
  ['.b2.weight', 'b2'],
  ['.bm.weight', 'bm'],
  ['.oft_blocks', 'oft'],
  ['.oft_diag', 'oft'],
  ['.oft_R.weight', 'oft'],
  ['.boft_R', 'boft'],
  ['.boft_s', 'rescale'],
  ['.rescale', 'rescale'],
  ['.q_layer.weight', 'q'],
  ['.p_layer.weight', 'p'],
  ['.lambda_layer', 'lambda'],
  ['.weight', 'weight'],
];

/** A tensor's name as module and part; undefined for names that no adapter has. */
export function splitPart(
  key: string,
): { readonly key: string; readonly module: string; readonly part: Part } | undefined {
  const found = SUFFIXES.find(([suffix]) => key.endsWith(suffix));
  return found === undefined ? undefined : { key, module: key.slice(0, -found[0].length), part: found[1] };
}

type Shapes = ReadonlyMap<Part, readonly number[]>;

/** How a family of adapters is told by the parts of a module. */
export interface FamilySign {
  /** Alternatives: all parts of one of them. */
  readonly needs: readonly (readonly Part[])[];
  label(parts: Shapes): string;
  rank?(parts: Shapes): number | undefined;
  /** Width of the layer's input, where the parts tell it. */
  input?(parts: Shapes): number | undefined;
  /** Width of its output, where they tell that alone. */
  output?(parts: Shapes): number | undefined;
}

/** In the order of A1111's module types. */
export const FAMILIES: readonly FamilySign[] = [
  {
    needs: [['down', 'up']],
    label: (parts) => (parts.has('dora') ? 'lora + dora' : 'lora'),
    rank: (parts) => parts.get('down')![0],
    input: (parts) => parts.get('down')![1],
  },
  {
    needs: [['w1a', 'w1b', 'w2a', 'w2b']],
    label: (parts) => (parts.has('dora') ? 'loha + dora' : 'loha'),
    rank: (parts) => parts.get('w1b')![0],
    input: (parts) => parts.get('w1b')![1],
  },
  { needs: [['weight', 'on_input'], ['ia3']], label: () => 'ia3' },
  {
    needs: [
      ['k1', 'k2'],
      ['k1', 'k2a', 'k2b'],
      ['k1a', 'k1b', 'k2'],
      ['k1a', 'k1b', 'k2a', 'k2b'],
    ],
    label: (parts) => (parts.has('dora') ? 'lokr + dora' : 'lokr'),
    rank: (parts) => (parts.get('k2b') ?? parts.get('k1b'))?.[0],
    input: (parts) => {
      const left = (parts.get('k1') ?? parts.get('k1b'))?.[1];
      const right = (parts.get('k2') ?? parts.get('k2b'))?.[1];
      return left === undefined || right === undefined ? undefined : left * right;
    },
  },
  {
    needs: [['diff'], ['set'], ['diff_b']],
    label: () => 'full',
    input: (parts) => (parts.get('diff') ?? parts.get('set'))?.[1],
  },
  { needs: [['w_norm'], ['b_norm']], label: () => 'norm' },
  {
    needs: [['a1', 'a2', 'b1', 'b2']],
    label: () => 'glora',
    // Older files keep the factors the other way round; the rank is the smaller side of either.
    rank: (parts) => Math.min(...parts.get('b1')!),
    input: (parts) => Math.max(...parts.get('a1')!),
  },
  {
    needs: [['oft']],
    label: (parts) => (parts.get('oft')!.length === 4 ? 'boft' : 'oft'),
    // Blocks [n, b, b] turn n·b outputs; the factors of BOFT are one axis more.
    output: (parts) => {
      const [blocks, size] = parts.get('oft')!.slice(-3);
      return parts.get('oft')!.length < 3 ? undefined : blocks! * size!;
    },
  },
  { needs: [['boft']], label: () => 'boft' },
  {
    needs: [['q', 'p', 'lambda']],
    label: () => 'tlora',
    rank: (parts) => parts.get('q')![0],
    input: (parts) => parts.get('q')![1],
  },
];
