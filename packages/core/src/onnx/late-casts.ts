import type { OnnxConstant, OnnxModel, OnnxNode } from './model.ts';

/** Weights of fewer elements may be widened at any time. */
const WORTH = 1 << 16;

/**
 * Makes each widening of a stored weight wait for the operand that the weight, or what is made of it, is used with. A cast of a weight
 * depends on nothing, so the runtime is free to do all of them first, and then every weight lies in memory twice over. Here its input goes
 * through a reshape to its own shape, which costs nothing, but whose shape is only known once the other operand is there.
 */
export function lateCasts(model: OnnxModel): OnnxModel {
  const shapes = new Map(model.weights.map(({ name, ref }) => [name, ref.shape]));
  const constants: OnnxConstant[] = [...model.constants];
  const nodes: OnnxNode[] = [];
  const partner = partners(model);
  const zero = constant(constants, [0], 'late:0');
  for (const node of model.nodes) {
    const [weight] = node.ins;
    const shape = node.type === 'Cast' && weight !== undefined ? shapes.get(weight) : undefined;
    const other = shape && shape.reduce((n, size) => n * size, 1) >= WORTH ? partner.get(node.out) : undefined;
    if (!shape || other === undefined) {
      nodes.push(node);
      continue;
    }
    const own = constant(constants, shape, `late:${weight}`);
    const add = (type: string, ins: readonly string[], name: string, attrs: OnnxNode['attrs'] = {}): string => {
      const out = `${name}:${weight}`;
      nodes.push({ type, domain: '', ins, out, attrs });
      return out;
    };
    const one = add('Shape', [other], 'late.first', { start: 0, end: 1 });
    const shift = add('Mul', [one, zero], 'late.zero');
    const target = add('Add', [own, shift], 'late.shape');
    nodes.push({ ...node, ins: [add('Reshape', [weight!, target], 'late.weight')] });
  }
  return { ...model, nodes: sorted(nodes, model), constants };
}

function constant(constants: OnnxConstant[], data: readonly number[], name: string): string {
  constants.push({ name, data: BigInt64Array.from(data, BigInt), shape: [data.length] });
  return name;
}

/**
 * For each result that follows from weights alone, strengths of adapters beside them, an operand that does not, of the first node at which it
 * or what is made of it meets one. Such an operand never needs the result: on a way from one to the other they would have met before.
 */
function partners({ inputs, nodes }: OnnxModel): ReadonlyMap<string, string> {
  const moving = new Set(inputs.filter(({ shape }) => shape.length > 0).map(({ name }) => name));
  const meetings = new Map<string, { readonly at: number; readonly partner: string }>();
  const meet = (name: string, one: { readonly at: number; readonly partner: string }): void => {
    if (one.at < (meetings.get(name)?.at ?? Infinity)) meetings.set(name, one);
  };
  for (const [at, { ins, out }] of nodes.entries()) {
    const partner = ins.find((name) => moving.has(name));
    if (partner === undefined) continue;
    moving.add(out);
    for (const name of ins) if (!moving.has(name)) meet(name, { at, partner });
  }
  for (const { ins, out } of nodes.toReversed()) {
    const one = meetings.get(out);
    if (one) for (const name of ins) meet(name, one);
  }
  return new Map([...meetings].map(([name, { partner }]) => [name, partner]));
}

/** Nodes again in an order in which operands come before their use. */
function sorted(nodes: readonly OnnxNode[], { inputs, weights, constants }: OnnxModel): OnnxNode[] {
  const makers = new Map(nodes.map((node) => [node.out, node]));
  const known = new Set([...inputs, ...weights, ...constants].map(({ name }) => name));
  const out: OnnxNode[] = [];
  const stack: { node: OnnxNode; ready: boolean }[] = [...nodes].reverse().map((node) => ({ node, ready: false }));
  for (let top = stack.pop(); top; top = stack.pop()) {
    if (known.has(top.node.out)) continue;
    if (top.ready) {
      known.add(top.node.out);
      out.push(top.node);
      continue;
    }
    stack.push({ node: top.node, ready: true });
    for (const name of [...top.node.ins].reverse()) {
      const maker = makers.get(name);
      if (maker && !known.has(name)) stack.push({ node: maker, ready: false });
    }
  }
  return out;
}
