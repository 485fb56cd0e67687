import { ShapeError } from '../errors/index.ts';
import { inputName, order, sameShape, type Graph, type Value } from '../graph/index.ts';
import type { OnnxModel, OnnxNode, OnnxPort } from './model.ts';
import { createWriter, type LowerOptions } from './writer.ts';

/**
 * Lowers a graph to ONNX nodes: each value by its own op's rule, equal nodes once.
 * Throws ShapeError when no input tells a size that must be computed, or two inputs of one name differ.
 */
export function lower(graph: Graph, options: LowerOptions): OnnxModel {
  const values = order(graph);
  const inputs = inputPorts(values);
  const { writer, nodes, constants, weights } = createWriter(inputs, options);
  const names = new Map<Value, string>();
  for (const value of values) {
    const ins = Object.fromEntries(Object.entries(value.ins).map(([key, operand]) => [key, names.get(operand)!]));
    names.set(value, value.op.onnx(writer, ins, value.attrs, value));
  }
  const results = Object.entries(graph.outputs).map(([name, value]) => ({ name, from: names.get(value)! }));
  return {
    inputs,
    outputs: Object.entries(graph.outputs).map(([name, { dtype, shape }]) => ({ name, dtype, shape })),
    nodes: nameResults(nodes, results),
    constants,
    weights,
    ...(graph.seldom === true ? { seldom: true } : {}),
  };
}

function inputPorts(values: readonly Value[]): OnnxPort[] {
  const ports = new Map<string, OnnxPort>();
  for (const value of values) {
    const name = inputName(value);
    if (name === undefined) continue;
    const known = ports.get(name);
    if (known && (known.dtype !== value.dtype || !sameShape(known.shape, value.shape)))
      throw new ShapeError(`input ${name}`, `${known.dtype}[${known.shape.join(', ')}] as elsewhere`, value.shape);
    ports.set(name, { name, dtype: value.dtype, shape: value.shape });
  }
  return [...ports.values()];
}

/** The nodes with each result under its output's name. */
function nameResults(
  nodes: readonly OnnxNode[],
  results: readonly { readonly name: string; readonly from: string }[],
): OnnxNode[] {
  const used = new Set(nodes.flatMap((node) => node.ins));
  const made = new Set(nodes.map((node) => node.out));
  const renamed = new Map<string, string>();
  const copies: OnnxNode[] = [];
  for (const { name, from } of results) {
    if (name === from) continue;
    // What is used inside, is another output too, or is no node's result, keeps its name and is copied out.
    if (made.has(from) && !used.has(from) && !renamed.has(from)) renamed.set(from, name);
    else copies.push({ type: 'Identity', domain: '', ins: [renamed.get(from) ?? from], out: name, attrs: {} });
  }
  return [...nodes.map((node) => ({ ...node, out: renamed.get(node.out) ?? node.out })), ...copies];
}
