import { ShapeError } from '../errors/index.ts';
import { numel } from '../tensor/index.ts';
import type { Shape } from './dim.ts';
import { apply, type Op, type Value, type ValueType } from './value.ts';
import type { WeightRef } from './weight.ts';

const inputOp: Op<never, { readonly name: string; readonly shape: Shape; readonly dtype: ValueType }> = {
  name: 'input',
  type: (_, { shape, dtype }) => ({ shape, dtype }),
  onnx: (w, _, { name }) => w.input(name),
  vjp: null,
};

/** An input of the graph, fed at every run. */
export function input(name: string, shape: Shape, dtype: ValueType = 'f32'): Value {
  return apply(inputOp, {}, { name, shape, dtype });
}

const weightOp: Op<never, { readonly ref: WeightRef }> = {
  name: 'weight',
  type: (_, { ref }) => ({ shape: ref.shape, dtype: 'f32' }),
  onnx: (w, _, { ref }) => w.weight(ref),
  vjp: null,
};

/** A stored weight, as f32 whatever its stored type. Throws ShapeError for complex numbers. */
export function weight(ref: WeightRef): Value {
  if (ref.dtype === 'C64' || ref.dtype === 'C128') throw new ShapeError(ref.name, 'real numbers', [ref.dtype]);
  return apply(weightOp, {}, { ref });
}

const constantOp: Op<never, { readonly data: Float32Array; readonly shape: readonly number[] }> = {
  name: 'constant',
  type: (_, { shape }) => ({ shape, dtype: 'f32' }),
  onnx: (w, _, { data, shape }) => w.floats(data, shape),
  vjp: null,
};

/** Numbers that are part of the graph. Throws ShapeError when their count is not the shape's. */
export function constant(data: Float32Array | readonly number[], shape: readonly number[] = [data.length]): Value {
  if (data.length !== numel(shape)) throw new ShapeError('constant', `${numel(shape)} numbers`, [data.length]);
  return apply(constantOp, {}, { data: Float32Array.from(data), shape });
}

/** One number. */
export function scalar(value: number): Value {
  return constant([value], []);
}

/** The name of a graph input, or undefined for any other value. */
export function inputName(value: Value): string | undefined {
  return value.op === inputOp ? (value.attrs as { readonly name: string }).name : undefined;
}

/** The stored weight that a value is, or undefined. */
export function weightOf(value: Value): WeightRef | undefined {
  return value.op === weightOp ? (value.attrs as { readonly ref: WeightRef }).ref : undefined;
}

/** The single number that a value is, of no axis, or undefined. */
export function numberOf(value: Value): number | undefined {
  if (value.op !== constantOp || value.shape.length > 0) return undefined;
  return (value.attrs as { readonly data: Float32Array }).data[0];
}
