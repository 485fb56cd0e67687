import type { OnnxModel, OnnxNode, OnnxWeight, WeightForm } from './model.ts';

/** ONNX Runtime's domain for convolutions on channels in blocks. */
const DOMAIN = 'com.microsoft.nchwc';

/**
 * Gives every convolution to ONNX Runtime's kernels for channels in blocks, as its own optimiser would at session creation,
 * but with the weights already in that order: no session ever relays a gigabyte again. A weight that anything but
 * convolutions uses stays as it is.
 * `block`: channels in a block on this processor (16 with AVX-512, 8 with AVX2; 0: no such kernels, nothing changes).
 */
export function blockConvolutions(model: OnnxModel, block: number): OnnxModel {
  if (block === 0) return model;
  const forms = blockedForms(model, block);
  const nodes: OnnxNode[] = [];
  /** Plain value → the same in blocks. */
  const blocked = new Map<string, string>();
  const inBlocks = (name: string): string => {
    const known = blocked.get(name);
    if (known !== undefined) return known;
    const out = `${name}:b`;
    nodes.push({ type: 'ReorderInput', domain: DOMAIN, ins: [name], out, attrs: {} });
    blocked.set(name, out);
    return out;
  };
  for (const node of model.nodes) {
    const [x = '', weight = '', ...bias] = node.ins;
    const form = node.type === 'Conv' ? forms.get(weight) : undefined;
    if (!form) {
      nodes.push(node);
      continue;
    }
    const source = form.order === 'inout' ? inBlocks(x) : x;
    const out = `${node.out}:b`;
    nodes.push({ ...node, domain: DOMAIN, ins: [source, weight, ...bias], out });
    nodes.push({
      type: 'ReorderOutput',
      domain: DOMAIN,
      ins: [out],
      out: node.out,
      attrs: { channels: form.channels },
    });
    blocked.set(node.out, out);
  }
  return {
    ...model,
    nodes: withoutUnused(nodes, model),
    weights: model.weights.map((weight) => {
      const form = forms.get(weight.name);
      return form ? { ...weight, form: { dtype: 'f32', blocked: { order: form.order, block } } } : weight;
    }),
  };
}

interface BlockedForm {
  readonly order: NonNullable<WeightForm['blocked']>['order'];
  /** Output channels. */
  readonly channels: number;
}

/** The forms of the weights that take one, by name. */
function blockedForms({ nodes, weights }: OnnxModel, block: number): ReadonlyMap<string, BlockedForm> {
  const elsewhere = new Set(
    nodes.flatMap(({ type, ins }) => (type === 'Conv' ? [ins[0]!, ...ins.slice(2)] : [...ins])),
  );
  return new Map(
    weights.flatMap((weight): [string, BlockedForm][] => {
      const form = elsewhere.has(weight.name) ? undefined : blockedForm(weight, block);
      return form ? [[weight.name, form]] : [];
    }),
  );
}

/** The form of a convolution's weight, or undefined where there is none: channels that fill no blocks, or a weight kept as stored. */
function blockedForm({ ref, form }: OnnxWeight, block: number): BlockedForm | undefined {
  const [channels = 0, into = 0] = ref.shape;
  if (ref.shape.length !== 4 || form.dtype !== 'f32' || channels % block !== 0) return undefined;
  if (into % block === 0) return { order: 'inout', channels };
  return into < block ? { order: 'out', channels } : undefined;
}

/** Without the plain copies of results that only further convolutions use. */
function withoutUnused(nodes: readonly OnnxNode[], { outputs }: OnnxModel): OnnxNode[] {
  const used = new Set([...nodes.flatMap((node) => node.ins), ...outputs.map((port) => port.name)]);
  return nodes.filter((node) => node.type !== 'ReorderOutput' || used.has(node.out));
}
