import type { OnnxModel, OnnxNode, OnnxPort } from './model.ts';

/** A model in two: what the first gives the second takes, by the same names. */
export interface SplitModel {
  readonly first: OnnxModel;
  readonly second: OnnxModel;
}

/**
 * Puts the steps that need nothing but the inputs `early` into a model of their own, so that one run of it serves many of the rest.
 * Undefined where there are none, or the sizes of what would go across are not known.
 */
export function splitModel(model: OnnxModel, early: ReadonlySet<string>): SplitModel | undefined {
  const constants = new Set(model.constants.map(({ name }) => name));
  const ready = new Set(early);
  const isEarly = (ins: readonly string[]): boolean =>
    ins.every((name) => name === '' || constants.has(name) || ready.has(name)) && ins.some((name) => ready.has(name));
  const nodes: Record<keyof SplitModel, OnnxNode[]> = { first: [], second: [] };
  for (const node of model.nodes) {
    const one = isEarly(node.ins);
    if (one) ready.add(node.out);
    nodes[one ? 'first' : 'second'].push(node);
  }
  const late = new Set([...nodes.second.flatMap(({ ins }) => ins), ...model.outputs.map(({ name }) => name)]);
  const across = nodes.first.filter(({ out }) => late.has(out));
  if (across.length === 0 || across.some(({ shape }) => shape === undefined)) return undefined;
  const ports = across.map(({ out, shape }): OnnxPort => ({ name: out, dtype: 'f32', shape: shape! }));
  const part = (own: OnnxModel['nodes'], inputs: readonly OnnxPort[], outputs: readonly OnnxPort[]): OnnxModel => {
    const used = new Set(own.flatMap(({ ins }) => ins));
    return {
      ...model,
      inputs: inputs.filter(({ name }) => used.has(name)),
      outputs,
      nodes: own,
      constants: model.constants.filter(({ name }) => used.has(name)),
      weights: model.weights.filter(({ name }) => used.has(name)),
    };
  };
  return {
    first: part(nodes.first, model.inputs, ports),
    second: part(nodes.second, [...model.inputs, ...ports], model.outputs),
  };
}
