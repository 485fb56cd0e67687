import type { OnnxWriter, WeightRef } from '../graph/index.ts';
import type { OnnxConstant, OnnxNode, OnnxPort, OnnxWeight } from './model.ts';
import { computeDim, computeShape, reshapeSpec } from './sizes.ts';

/** How weights reach the computation. */
export interface LowerOptions {
  /**
   * `f32`: the runtime is handed float32, prepared once.
   * `stored`: half-precision weights stay as they are in the file and are widened at each use: slower steps, least memory.
   */
  readonly weights: 'f32' | 'stored';
}

/** Types the Cast operator widens; weights of other types are always handed over as float32. */
const CASTABLE: ReadonlySet<string> = new Set([
  'F16',
  'BF16',
  'F32',
  'F8_E4M3',
  'F8_E5M2',
  'F8_E4M3FNUZ',
  'F8_E5M2FNUZ',
]);

/** FLOAT of TensorProto.DataType. */
const FLOAT = 1;

/** A writer and what it has written so far. */
export interface Written {
  readonly writer: OnnxWriter;
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxConstant[];
  readonly weights: readonly OnnxWeight[];
}

/**
 * A writer that makes equal things once. Its names, `%0` for results, `#0` for constants and `0:name` for weights, cannot meet
 * those of inputs and outputs, which are identifiers.
 */
export function createWriter(inputs: readonly OnnxPort[], options: LowerOptions): Written {
  const nodes: OnnxNode[] = [];
  const constants: OnnxConstant[] = [];
  const weights: OnnxWeight[] = [];
  const known = new Map<string, string>();
  const once = (key: string, make: () => string): string => {
    const name = known.get(key) ?? make();
    known.set(key, name);
    return name;
  };
  const constant = (key: string, data: Float32Array | BigInt64Array, shape: readonly number[]): string =>
    once(key, () => {
      const name = `#${constants.length}`;
      constants.push({ name, data, shape });
      return name;
    });
  const stores = new Map<object, number>();
  const writer: OnnxWriter = {
    node: (type, ins, attrs = {}, domain = '', shape) =>
      once(`${domain}.${type}(${ins.join(',')})${JSON.stringify(attrs)}`, () => {
        const out = `%${nodes.length}`;
        nodes.push({ type, domain, ins, out, attrs, ...(shape ? { shape } : {}) });
        return out;
      }),
    floats: (data, shape) => {
      const bits = data.length <= COMPARED ? bitsOf(data).join() : `#${constants.length}`;
      return constant(`f[${shape.join()}]${bits}`, data, shape);
    },
    ints: (data) => constant(`i[${data.join()}]`, BigInt64Array.from(data, BigInt), [data.length]),
    input: (name) => name,
    weight(ref, blocked, shape) {
      const stored = options.weights === 'stored' && CASTABLE.has(ref.dtype) && !blocked;
      const name = once(`${weightKey(ref, stores)}${blocked?.order ?? ''}${shape?.join() ?? ''}`, () => {
        const unique = `${weights.length}:${ref.name}`;
        weights.push({
          name: unique,
          ref,
          form: { dtype: stored ? 'stored' : 'f32', ...(blocked ? { blocked } : {}) },
          ...(shape ? { shape } : {}),
        });
        return unique;
      });
      return stored && ref.dtype !== 'F32' ? writer.node('Cast', [name], { to: FLOAT }, '', shape ?? ref.shape) : name;
    },
    reshape(x, from, to) {
      const spec = reshapeSpec(from, to);
      if (spec === 'same') return x;
      const shape = spec === 'computed' ? computeShape(writer, to) : writer.ints(spec);
      return writer.node('Reshape', [x, shape], {}, '', spec === 'computed' ? to : undefined);
    },
    dim: (dim) => computeDim(writer, inputs, dim),
  };
  return { writer, nodes, constants, weights };
}

/** Constants of more elements are not compared with each other: spelling them out would cost more than a second copy. */
const COMPARED = 1024;

/** What makes two weights the same: bytes of a store, seen the same way. `stores` numbers the stores by identity. */
function weightKey({ store, offset, dtype, shape }: WeightRef, stores: Map<object, number>): string {
  const id = stores.get(store) ?? stores.size;
  stores.set(store, id);
  return `w${id}:${offset}:${dtype}[${shape.join()}]`;
}

/** Tells apart what text does not: 0 and −0. */
function bitsOf(data: Float32Array): Uint32Array {
  return new Uint32Array(data.buffer, data.byteOffset, data.length);
}
