import type { OnnxAttr, Shape, ValueType, WeightRef } from '../graph/index.ts';

/** One operation of an ONNX graph. */
export interface OnnxNode {
  readonly type: string;
  /** Empty for the standard operators. */
  readonly domain: string;
  readonly ins: readonly string[];
  readonly out: string;
  readonly attrs: Readonly<Record<string, OnnxAttr>>;
}

/** A constant that travels with the model. */
export interface OnnxConstant {
  readonly name: string;
  readonly data: Float32Array | BigInt64Array;
  readonly shape: readonly number[];
}

/** How a stored weight must lie before the runtime can use it. */
export interface WeightForm {
  /** As stored, or as float32. */
  readonly dtype: 'stored' | 'f32';
  /**
   * Convolution weights in the blocked order of ONNX Runtime's own kernels, in blocks of `block` channels:
   * `inout` = [o/B][i/B][kh][kw][B i][B o], `out` = [o/B][i][kh][kw][B o] for few input channels. Absent: row-major.
   */
  readonly blocked?: { readonly order: 'inout' | 'out'; readonly block: number };
}

/** A weight that stays outside the model. */
export interface OnnxWeight {
  readonly name: string;
  readonly ref: WeightRef;
  readonly form: WeightForm;
}

/** An input or output with its name and type. */
export interface OnnxPort {
  readonly name: string;
  readonly dtype: ValueType;
  readonly shape: Shape;
}

/** An ONNX model before it is bytes: its weights have no place yet. */
export interface OnnxModel {
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxConstant[];
  readonly weights: readonly OnnxWeight[];
  /** As of the graph. */
  readonly seldom?: boolean;
}
