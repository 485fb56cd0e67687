/** Symbolic tensors and the graphs that they make. */
export {
  dimCeilHalf,
  dimDiv,
  dimMul,
  dimProduct,
  isEven,
  monomial,
  sameShape,
  type Dim,
  type Monomial,
  type Shape,
} from './dim.ts';
export { order, substitute, type Graph } from './graph.ts';
export { constant, input, inputName, numberOf, scalar, weight, weightOf } from './leaves.ts';
export { printGraph } from './print.ts';
export { apply, type AnyOp, type Ins, type Op, type Type, type Value, type ValueType, type Vjp } from './value.ts';
export type { BlockedOrder, WeightRef } from './weight.ts';
export type { OnnxAttr, OnnxWriter } from './writer.ts';
