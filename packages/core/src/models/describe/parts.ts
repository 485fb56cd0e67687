import { numel } from '../../tensor/index.ts';
import { splitKey, type SplitKey } from '../names/index.ts';

/** A tensor's name as module and part of an adapter; undefined for names that no adapter has. The oldest files number their layers. */
export function splitPart(key: string): SplitKey | undefined {
  const [, module, part] = /^(.+):(up|down)$/s.exec(key) ?? [];
  return module !== undefined && part !== undefined ? { module, part: `lora_${part}.weight` } : splitKey(key);
}

/** Of the parts of a module, by name. */
export type Shapes = ReadonlyMap<string, readonly number[]>;

/** How a family of adapters is told by the parts of a module. */
export interface FamilySign {
  /** Alternatives: all parts of one of them. */
  readonly needs: readonly (readonly string[])[];
  label(parts: Shapes): string;
  rank?(parts: Shapes): number | undefined;
  /** Width of the layer's input, where the parts tell it. Factors of a convolution may hold all places of its kernel in one axis. */
  input?(parts: Shapes): number | undefined;
  /** Width of its output, where they tell that alone. */
  output?(parts: Shapes): number | undefined;
  /** Width of its input or its output; which of them, the shapes do not tell. */
  either?(parts: Shapes): number | undefined;
}

/** In the order of A1111's module types. */
const FAMILIES: readonly FamilySign[] = [
  {
    needs: [['lora_down.weight', 'lora_up.weight']],
    label: (parts) => withMagnitudes('lora', parts),
    rank: (parts) => parts.get('lora_down.weight')![0],
    input: (parts) => parts.get('lora_down.weight')![1],
  },
  {
    needs: [['hada_w1_a', 'hada_w1_b', 'hada_w2_a', 'hada_w2_b']],
    label: (parts) => withMagnitudes('loha', parts),
    rank: (parts) => parts.get('hada_w1_b')![0],
    input: (parts) => parts.get('hada_w1_b')![1],
  },
  {
    needs: [['weight', 'on_input'], ['ia3_l']],
    label: () => 'ia3',
    either: (parts) => numel(first(parts, 'weight', 'ia3_l')!),
  },
  {
    needs: [
      ['lokr_w1', 'lokr_w2'],
      ['lokr_w1', 'lokr_w2_a', 'lokr_w2_b'],
      ['lokr_w1_a', 'lokr_w1_b', 'lokr_w2'],
      ['lokr_w1_a', 'lokr_w1_b', 'lokr_w2_a', 'lokr_w2_b'],
    ],
    label: (parts) => withMagnitudes('lokr', parts),
    rank: (parts) => first(parts, 'lokr_w2_b', 'lokr_w1_b')?.[0],
    input: (parts) => {
      const left = first(parts, 'lokr_w1', 'lokr_w1_b')?.[1];
      const right = first(parts, 'lokr_w2', 'lokr_w2_b')?.[1];
      return left === undefined || right === undefined ? undefined : left * right;
    },
  },
  {
    needs: [['diff'], ['set_weight'], ['diff_b']],
    label: () => 'full',
    input: (parts) => first(parts, 'diff', 'set_weight')?.[1],
  },
  { needs: [['w_norm'], ['b_norm']], label: () => 'norm' },
  {
    needs: [['a1.weight', 'a2.weight', 'b1.weight', 'b2.weight']],
    label: () => 'glora',
    // Older files keep the factors the other way round; the rank is the smaller side of either.
    rank: (parts) => Math.min(...parts.get('b1.weight')!),
    input: (parts) => Math.max(...parts.get('a1.weight')!),
  },
  {
    needs: [['oft_blocks'], ['oft_diag'], ['oft_R.weight']],
    label: (parts) => (rotations(parts).length === 4 ? 'boft' : 'oft'),
    // Of OFTv2: blocks of b·(b−1)/2 numbers turn n·b inputs, unless one block is for all.
    input: (parts) => {
      const [blocks, numbers] = rotations(parts);
      return rotations(parts).length !== 2 || blocks === 1
        ? undefined
        : blocks! * ((1 + Math.sqrt(1 + 8 * numbers!)) / 2);
    },
    // Blocks [n, b, b] turn n·b outputs; the factors of BOFT are one axis more.
    output: (parts) => {
      const [blocks, size] = rotations(parts).slice(-3);
      return rotations(parts).length < 3 ? undefined : blocks! * size!;
    },
  },
  {
    needs: [['boft_R']],
    label: () => 'boft',
    input: (parts) => {
      const [blocks, size] = parts.get('boft_R')!.slice(1);
      return blocks === undefined || size === undefined ? undefined : blocks * size;
    },
  },
  {
    needs: [['q_layer.weight', 'p_layer.weight', 'lambda_layer']],
    label: () => 'tlora',
    rank: (parts) => parts.get('q_layer.weight')![0],
    input: (parts) => parts.get('q_layer.weight')![1],
  },
];

/** The family that a module's parts are of; undefined where none has all that it needs. */
export function familyOf(parts: Shapes): FamilySign | undefined {
  return FAMILIES.find(({ needs }) => needs.some((list) => list.every((part) => parts.has(part))));
}

function withMagnitudes(family: string, parts: Shapes): string {
  return first(parts, 'dora_scale', 'lora_magnitude_vector') ? `${family} + dora` : family;
}

function rotations(parts: Shapes): readonly number[] {
  return first(parts, 'oft_blocks', 'oft_diag', 'oft_R.weight')!;
}

/** The shape of the first of some parts that is there. */
function first(parts: Shapes, ...names: readonly string[]): readonly number[] | undefined {
  const name = names.find((one) => parts.has(one));
  return name === undefined ? undefined : parts.get(name);
}
