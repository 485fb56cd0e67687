import type { Value } from './value.ts';

/** A traced function: named results, and through them all that they need. */
export interface Graph {
  readonly outputs: Readonly<Record<string, Value>>;
  /** Run now and then: its working memory goes back to the system after each run, at some cost in time. */
  readonly seldom?: boolean;
}

/** Every value that the outputs need, operands before results, each once. */
export function order(graph: Graph): Value[] {
  const done = new Set<Value>();
  const out: Value[] = [];
  // An explicit stack: networks are thousands of operations deep.
  const stack: { value: Value; ready: boolean }[] = Object.values(graph.outputs)
    .reverse()
    .map((value) => ({ value, ready: false }));
  for (let top = stack.pop(); top; top = stack.pop()) {
    if (done.has(top.value)) continue;
    if (top.ready) {
      done.add(top.value);
      out.push(top.value);
      continue;
    }
    stack.push({ value: top.value, ready: true });
    for (const operand of Object.values(top.value.ins).reverse())
      if (!done.has(operand)) stack.push({ value: operand, ready: false });
  }
  return out;
}

/** The same outputs with other values in the place of some that they are made of. */
export function substitute(graph: Graph, by: ReadonlyMap<Value, Value>): Graph {
  const made = new Map<Value, Value>();
  for (const value of order(graph)) {
    const ins = Object.entries(value.ins).map(([key, operand]) => [key, made.get(operand)!] as const);
    const isSame = ins.every(([key, operand]) => operand === value.ins[key]);
    made.set(value, by.get(value) ?? (isSame ? value : { ...value, ins: Object.fromEntries(ins) }));
  }
  const outputs = Object.entries(graph.outputs).map(([name, value]) => [name, made.get(value)!] as const);
  return { ...graph, outputs: Object.fromEntries(outputs) };
}
