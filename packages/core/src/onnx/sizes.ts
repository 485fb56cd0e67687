import { ShapeError } from '../errors/index.ts';
import { monomial, sameShape, type Dim, type OnnxWriter, type Shape } from '../graph/index.ts';
import type { OnnxPort } from './model.ts';

/** Writes one size as an int64 list of length 1. Throws ShapeError when no input tells it. */
export function computeDim(w: OnnxWriter, inputs: readonly OnnxPort[], dim: Dim): string {
  const { numerator, denominator, names } = monomial(dim);
  if (names.length === 0) return w.ints([numerator]);
  const told = readDim(w, inputs, (candidate) => candidate === dim);
  if (told !== undefined) return told;
  let product = names.map((name) => computeName(w, inputs, name)).reduce((a, b) => w.node('Mul', [a, b]));
  if (numerator !== 1) product = w.node('Mul', [product, w.ints([numerator])]);
  return denominator === 1 ? product : w.node('Div', [product, w.ints([denominator])]);
}

/** Writes a shape as an int64 list. */
export function computeShape(w: OnnxWriter, shape: Shape): string {
  const sizes = shape.map((dim) => w.dim(dim));
  return w.node('Concat', sizes, { axis: 0 });
}

/** The value of a symbolic name, from the first input that has a multiple of it in its shape. */
function computeName(w: OnnxWriter, inputs: readonly OnnxPort[], name: string): string {
  const halved = /^ceil\((.+)\/2\)$/.exec(name)?.[1];
  if (halved !== undefined)
    return w.node('Div', [w.node('Add', [computeDim(w, inputs, halved), w.ints([1])]), w.ints([2])]);
  let times = 1;
  const told = readDim(w, inputs, (candidate) => {
    const { numerator, denominator, names } = monomial(candidate);
    times = numerator;
    return names.length === 1 && names[0] === name && denominator === 1;
  });
  if (told === undefined) {
    const ports = inputs.map((port) => port.name);
    throw new ShapeError('graph', `an input that tells the size ${name}`, ports);
  }
  return times === 1 ? told : w.node('Div', [told, w.ints([times])]);
}

/** The size of the first input axis that `wanted` accepts, if there is one. */
function readDim(w: OnnxWriter, inputs: readonly OnnxPort[], wanted: (dim: Dim) => boolean): string | undefined {
  for (const { name, shape } of inputs) {
    const axis = shape.findIndex(wanted);
    if (axis >= 0) return w.node('Gather', [w.node('Shape', [name]), w.ints([axis])], { axis: 0 });
  }
  return undefined;
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
