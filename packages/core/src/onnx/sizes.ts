import { ShapeError } from '../errors/index.ts';
import { monomial, sameShape, type Dim, type OnnxWriter, type Shape } from '../graph/index.ts';
import type { OnnxPort } from './model.ts';

/** Writes one size as an int64 list of length 1. Throws ShapeError when no input tells it. */
export function computeDim(w: OnnxWriter, inputs: readonly OnnxPort[], dim: Dim): string {
  const { numerator, denominator, names } = monomial(dim);
  if (names.length === 0) return w.ints([numerator]);
  let product = names.map((name) => computeName(w, inputs, name)).reduce((a, b) => w.node('Mul', [a, b]));
  if (numerator !== 1) product = w.node('Mul', [product, w.ints([numerator])]);
  return denominator === 1 ? product : w.node('Div', [product, w.ints([denominator])]);
}

/** The value of a symbolic name, from the first input that has it, or a multiple of it, in its shape. */
function computeName(w: OnnxWriter, inputs: readonly OnnxPort[], name: string): string {
  const halved = /^ceil\((.+)\/2\)$/.exec(name)?.[1];
  if (halved !== undefined) {
    return w.node('Div', [w.node('Add', [computeDim(w, inputs, halved), w.ints([1])]), w.ints([2])]);
  }
  for (const { name: input, shape } of inputs) {
    for (const [axis, dim] of shape.entries()) {
      const { numerator, denominator, names } = monomial(dim);
      if (names.length !== 1 || names[0] !== name || denominator !== 1) continue;
      const size = w.node('Gather', [w.node('Shape', [input]), w.ints([axis])], { axis: 0 });
      return numerator === 1 ? size : w.node('Div', [size, w.ints([numerator])]);
    }
  }
  throw new ShapeError(
    'graph',
    `an input that tells the size ${name}`,
    inputs.map((port) => port.name),
  );
}

/**
 * ONNX's own way to say a shape without computing it: 0 copies the size at its place, one −1 is what is left.
 * `same` where nothing changes, `computed` where that is not enough.
 */
export function reshapeSpec(from: Shape, to: Shape): number[] | 'same' | 'computed' {
  if (sameShape(from, to)) return 'same';
  let open = 0;
  const spec = to.map((dim, i) => {
    if (typeof dim === 'number') return dim;
    if (dim === from[i]) return 0;
    open += 1;
    return -1;
  });
  return open <= 1 ? spec : 'computed';
}
