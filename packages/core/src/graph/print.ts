import { order, type Graph } from './graph.ts';
import { inputName, weightOf } from './leaves.ts';
import type { Value } from './value.ts';

/** A graph as text: one line per operation, in order. Golden files of it show that a refactoring changed nothing. */
export function printGraph(graph: Graph): string {
  const names = new Map<Value, string>();
  const lines: string[] = [];
  for (const value of order(graph)) {
    const leaf = inputName(value) ?? weightOf(value)?.name;
    const name = leaf ?? `%${names.size}`;
    names.set(value, name);
    const type = `${value.dtype}[${value.shape.join(', ')}]`;
    if (leaf !== undefined) {
      lines.push(`${value.op.name} ${leaf}: ${type}`);
      continue;
    }
    const ins = Object.entries(value.ins).map(([key, operand]) => `${key}=${names.get(operand)}`);
    lines.push(`${name}: ${type} = ${value.op.name}(${[...ins, ...printAttrs(value.attrs)].join(', ')})`);
  }
  const outputs = Object.entries(graph.outputs).map(([key, value]) => `${key}=${names.get(value)}`);
  return `${lines.join('\n')}\nreturn ${outputs.join(', ')}\n`;
}

function printAttrs(attrs: unknown): string[] {
  return Object.entries(attrs as object).map(([key, attr]) => {
    if (attr instanceof Float32Array)
      return `${key}=<${attr.length} floats, sum ${attr.reduce((a, b) => a + b, 0).toPrecision(6)}>`;
    return `${key}=${Array.isArray(attr) ? `[${attr.join(', ')}]` : String(attr)}`;
  });
}
