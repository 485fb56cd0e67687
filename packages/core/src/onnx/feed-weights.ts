import type { OnnxModel, OnnxNode, OnnxPort } from './model.ts';

/** A model whose weights are inputs: one session then serves all weights of the same sizes. `wide`: names of those that are fed as float32. */
export function feedWeights(model: OnnxModel, wide: ReadonlySet<string>): OnnxModel {
  const stored = new Map(
    model.weights.filter(({ form }) => form.dtype === 'stored').map(({ name, ref }) => [name, ref.dtype]),
  );
  const isHalf = (name: string): boolean => stored.get(name) === 'F16' && !wide.has(name);
  const ports = model.weights.map(({ name, ref, shape }): OnnxPort => {
    return { name, dtype: isHalf(name) ? 'f16' : 'f32', shape: shape ?? ref.shape };
  });
  // What is fed as float32 has nothing left to widen.
  const isWidening = ({ type, ins: [from = ''] }: OnnxNode): boolean =>
    type === 'Cast' && stored.has(from) && !isHalf(from);
  const results = new Set(model.outputs.map(({ name }) => name));
  const dropped = new Map(
    model.nodes.filter((node) => isWidening(node) && !results.has(node.out)).map(({ ins, out }) => [out, ins[0]!]),
  );
  return {
    ...model,
    inputs: [...model.inputs, ...ports],
    nodes: model.nodes
      .filter(({ out }) => !dropped.has(out))
      .map((node) => ({ ...node, ins: node.ins.map((name) => dropped.get(name) ?? name) })),
    weights: [],
  };
}
