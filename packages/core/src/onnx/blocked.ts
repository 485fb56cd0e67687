import type { OnnxModel, OnnxNode, OnnxWeight, WeightForm } from './model.ts';

/** ONNX Runtime's domain for convolutions on channels in blocks. */
const DOMAIN = 'com.microsoft.nchwc';

/**
 * Gives every convolution to ONNX Runtime's kernels for channels in blocks, as its own optimiser would at session creation,
 * but with the weights already in that order: no session ever relays a gigabyte again.
 * `block`: channels in a block on this processor (16 with AVX-512, 8 with AVX2; 0: no such kernels, nothing changes).
 */
export function blockConvolutions(model: OnnxModel, block: number): OnnxModel {
  if (block === 0) return model;
  const weights = new Map(model.weights.map((weight) => [weight.name, weight]));
  const nodes: OnnxNode[] = [];
  /** Plain value → the same in blocks. */
  const blocked = new Map<string, string>();
  const ins = (name: string): string => {
    let other = blocked.get(name);
    if (other === undefined) {
      other = `${name}:b`;
      nodes.push({ type: 'ReorderInput', domain: DOMAIN, ins: [name], out: other, attrs: {} });
      blocked.set(name, other);
    }
    return other;
  };
  for (const node of model.nodes) {
    const [x, weightName, bias] = node.ins;
    const weight = weights.get(weightName ?? '');
    const form = node.type === 'Conv' && weight ? blockedForm(weight, block) : undefined;
    if (!form || !weight || x === undefined || weightName === undefined) {
      nodes.push(node);
      continue;
    }
    weights.set(weightName, { ...weight, form });
    const source = form.blocked?.order === 'inout' ? ins(x) : x;
    const out = `${node.out}:b`;
    nodes.push({ ...node, domain: DOMAIN, ins: [source, weightName, ...(bias === undefined ? [] : [bias])], out });
    nodes.push({
      type: 'ReorderOutput',
      domain: DOMAIN,
      ins: [out],
      out: node.out,
      attrs: { channels: weight.ref.shape[0]! },
    });
    blocked.set(node.out, out);
  }
  return { ...model, nodes, weights: [...weights.values()] };
}

/** The form a convolution's weight takes, or undefined where there is none: too few outputs, or a weight kept as stored. */
function blockedForm({ ref, form }: OnnxWeight, block: number): WeightForm | undefined {
  const [out = 0, into = 0] = ref.shape;
  if (form.dtype !== 'f32' || out % block !== 0) return undefined;
  if (into % block === 0) return { dtype: 'f32', blocked: { order: 'inout', block } };
  return into < block ? { dtype: 'f32', blocked: { order: 'out', block } } : undefined;
}
