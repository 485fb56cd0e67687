import {
  inputName,
  monomial,
  order,
  sameShape,
  type Dim,
  type Graph,
  type OnnxWriter,
  type Shape,
  type Value,
  type WeightRef,
} from '../graph/index.ts';
import type { OnnxConstant, OnnxModel, OnnxNode, OnnxPort, OnnxWeight } from './model.ts';

/** How weights reach the computation. */
export interface LowerOptions {
  /**
   * `f32`: the runtime is handed float32, prepared once.
   * `stored`: half-precision weights stay as they are in the file and are widened at each use: slower steps, least memory.
   */
  readonly weights: 'f32' | 'stored';
}

/** Types the Cast operator widens; weights of other types are always handed over as float32. */
const CASTABLE: ReadonlySet<string> = new Set(['F16', 'BF16', 'F32']);

/** Lowers a graph to ONNX nodes: each value by its own op's rule, equal nodes once. */
export function lower(graph: Graph, options: LowerOptions): OnnxModel {
  const values = order(graph);
  const inputs: OnnxPort[] = values.flatMap((value) => {
    const name = inputName(value);
    return name === undefined ? [] : [{ name, dtype: value.dtype, shape: value.shape }];
  });
  const writer = createWriter(inputs, options);
  const names = new Map<Value, string>();
  for (const value of values) {
    const ins = Object.fromEntries(Object.entries(value.ins).map(([key, operand]) => [key, names.get(operand)!]));
    names.set(value, value.op.onnx(writer, ins, value.attrs, value));
  }
  const outputs: OnnxPort[] = [];
  for (const [name, value] of Object.entries(graph.outputs)) {
    writer.rename(names.get(value)!, name);
    outputs.push({ name, dtype: value.dtype, shape: value.shape });
  }
  return { inputs, outputs, nodes: writer.nodes, constants: writer.constants, weights: writer.weights };
}

interface Writer extends OnnxWriter {
  readonly nodes: OnnxNode[];
  readonly constants: OnnxConstant[];
  readonly weights: OnnxWeight[];
  /** Makes a result known under an output's name. */
  rename(from: string, to: string): void;
}

function createWriter(inputs: readonly OnnxPort[], options: LowerOptions): Writer {
  const nodes: OnnxNode[] = [];
  const constants: OnnxConstant[] = [];
  const weights: OnnxWeight[] = [];
  const known = new Map<string, string>();
  const once = (key: string, make: () => string): string => {
    const name = known.get(key) ?? make();
    known.set(key, name);
    return name;
  };
  const stores = new Map<object, number>();
  const storeId = (ref: WeightRef): number => {
    const id = stores.get(ref.store) ?? stores.size;
    stores.set(ref.store, id);
    return id;
  };

  const writer: Writer = {
    nodes,
    constants,
    weights,
    node: (type, ins, attrs = {}, domain = '') =>
      once(`${domain}.${type}(${ins.join(',')})${JSON.stringify(attrs)}`, () => {
        const out = `v${nodes.length}`;
        nodes.push({ type, domain, ins, out, attrs });
        return out;
      }),
    floats: (data, shape) => once(`f[${shape.join()}]${data.join()}`, () => constantNamed(data, shape)),
    ints: (data) => once(`i[${data.join()}]`, () => constantNamed(BigInt64Array.from(data, BigInt), [data.length])),
    input: (name) => name,
    weight: (ref) =>
      once(`w${storeId(ref)}:${ref.offset}:${ref.name}`, () => {
        const stored = options.weights === 'stored' && CASTABLE.has(ref.dtype);
        const name = storeId(ref) === 0 ? ref.name : `${storeId(ref)}:${ref.name}`;
        weights.push({ name, ref, form: { dtype: stored ? 'stored' : 'f32' } });
        return stored && ref.dtype !== 'F32' ? writer.node('Cast', [name], { to: 1 }) : name;
      }),
    reshape(x, from, to) {
      if (sameShape(from, to)) return x;
      const spec = reshapeSpec(from, to);
      const shape = spec
        ? writer.ints(spec)
        : writer.node(
            'Concat',
            to.map((dim) => writer.dim(dim)),
            { axis: 0 },
          );
      return writer.node('Reshape', [x, shape]);
    },
    dim(dim) {
      const { numerator, denominator, names } = monomial(dim);
      if (names.length === 0) return writer.ints([numerator]);
      let product = names.map(named).reduce((a, b) => writer.node('Mul', [a, b]));
      if (numerator !== 1) product = writer.node('Mul', [product, writer.ints([numerator])]);
      return denominator === 1 ? product : writer.node('Div', [product, writer.ints([denominator])]);
    },
    rename(from, to) {
      if (from === to) return;
      const at = nodes.findIndex((node) => node.out === from);
      const used = nodes.some((node) => node.ins.includes(from));
      // A result that is also used inside, or is no node's result at all, keeps its name and is copied out.
      if (at < 0 || used) nodes.push({ type: 'Identity', domain: '', ins: [from], out: to, attrs: {} });
      else nodes[at] = { ...nodes[at]!, out: to };
    },
  };

  function constantNamed(data: Float32Array | BigInt64Array, shape: readonly number[]): string {
    const name = `c${constants.length}`;
    constants.push({ name, data, shape });
    return name;
  }

  /** The value of a symbolic name, from the first input that has it in its shape. */
  function named(name: string): string {
    const half = /^ceil\((.+)\/2\)$/.exec(name)?.[1];
    if (half !== undefined) {
      return writer.node('Div', [writer.node('Add', [writer.dim(half), writer.ints([1])]), writer.ints([2])]);
    }
    for (const { name: input, shape } of inputs) {
      for (const [axis, dim] of shape.entries()) {
        const { numerator, denominator, names } = monomial(dim);
        if (names.length !== 1 || names[0] !== name || denominator !== 1) continue;
        const size = writer.node('Gather', [writer.node('Shape', [input]), writer.ints([axis])], { axis: 0 });
        return numerator === 1 ? size : writer.node('Div', [size, writer.ints([numerator])]);
      }
    }
    throw new Error(`no input tells the size ${name}`);
  }
  return writer;
}

/** ONNX's own way to say a shape without computing it: 0 copies a size, one −1 is what is left. */
function reshapeSpec(from: Shape, to: Shape): number[] | undefined {
  let open = 0;
  const spec = to.map((dim: Dim, i) => {
    if (typeof dim === 'number') return dim;
    if (dim === from[i]) return 0;
    open += 1;
    return -1;
  });
  return open <= 1 ? spec : undefined;
}
