import type { Dim, Shape } from './dim.ts';
import type { BlockedOrder, WeightRef } from './weight.ts';

/** Attribute of an ONNX node: whole numbers and their lists, text, or a float written as `{ float }`. */
export type OnnxAttr = number | readonly number[] | string | { readonly float: number };

/** Where lowerings write. Names stand for values; an absent optional operand is `''`. */
export interface OnnxWriter {
  /**
   * Adds a node of the standard operators, or of `domain`, with one float result, and gives the result's name. `shape`: of the result, where
   * the runtime could not infer it; what it knows beforehand it plans in less time and memory.
   */
  node(
    type: string,
    ins: readonly string[],
    attrs?: Readonly<Record<string, OnnxAttr>>,
    domain?: string,
    shape?: Shape,
  ): string;
  /** A float constant. */
  floats(data: Float32Array, shape: readonly number[]): string;
  /** A list of whole numbers. */
  ints(data: readonly number[]): string;
  /** The same elements in another shape. */
  reshape(x: string, from: Shape, to: Shape): string;
  /** One size as a computed or constant int64 list of length 1. */
  dim(dim: Dim): string;
  /** A graph input. */
  input(name: string): string;
  /** A stored weight, as f32: row-major, or in a blocked order and there seen as of the sizes `shape`. */
  weight(ref: WeightRef, blocked?: BlockedOrder, shape?: readonly number[]): string;
}
