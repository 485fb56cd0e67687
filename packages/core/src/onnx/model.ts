import type { BlockedOrder, OnnxAttr, Shape, ValueType, WeightRef } from '../graph/index.ts';

/** One operation of an ONNX graph. */
export interface OnnxNode {
  readonly type: string;
  /** Empty for the standard operators. */
  readonly domain: string;
  readonly ins: readonly string[];
  readonly out: string;
  readonly attrs: Readonly<Record<string, OnnxAttr>>;
  /** Of the result, a float; absent where the runtime infers it. */
  readonly shape?: Shape;
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
  /** Absent: row-major. Only with float32. */
  readonly blocked?: BlockedOrder;
}

/** A weight that stays outside the model. */
export interface OnnxWeight {
  readonly name: string;
  readonly ref: WeightRef;
  readonly form: WeightForm;
  /** What the runtime is told its sizes are; those of `ref` if absent. */
  readonly shape?: readonly number[];
}

/** An input or output with its name and type. */
export interface OnnxPort {
  readonly name: string;
  /** `f16`: of weights that are fed as they are stored. */
  readonly dtype: ValueType | 'f16';
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
