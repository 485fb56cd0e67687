import type { Shape } from './dim.ts';
import type { OnnxWriter } from './writer.ts';

/** Element type of a value in a graph. Weights of any stored type enter as f32. */
export type ValueType = 'f32' | 'i64' | 'bool';

/** What is known of a value before it is computed. */
export interface Type {
  readonly shape: Shape;
  readonly dtype: ValueType;
}

/** A symbolic tensor: the result of one operation on other values. */
export interface Value extends Type {
  readonly op: AnyOp;
  readonly ins: Readonly<Record<string, Value>>;
  readonly attrs: unknown;
}

/**
 * An operation: its type rule, its lowering to ONNX and its gradient in one place.
 * `In` names the inputs, `Maybe` those that may be absent.
 */
export interface Op<In extends string = never, Attrs = object, Maybe extends string = never> {
  readonly name: string;
  /** Type of the result. Throws ShapeError for operands that do not fit. */
  type(ins: Ins<Type, In, Maybe>, attrs: Attrs): Type;
  /** Writes the nodes that compute it; gets the names of the operands and the value, returns the name of the result. */
  onnx(w: OnnxWriter, ins: Ins<string, In, Maybe>, attrs: Attrs, value: Value): string;
  /**
   * Cotangents of the inputs from the cotangent of the result, as graph. `null` says: no gradient, on purpose.
   * Un-broadcasting and accumulation belong to the reverse sweep.
   */
  readonly vjp?: Vjp<In, Attrs, Maybe> | null;
}

export type Ins<T, In extends string, Maybe extends string> = Readonly<Record<In, T>> &
  Readonly<Partial<Record<Maybe, T>>>;

export type Vjp<In extends string, Attrs, Maybe extends string> = (
  ct: Value,
  at: { readonly ins: Ins<Value, In, Maybe>; readonly attrs: Attrs; readonly out: Value },
) => Partial<Record<In | Maybe, Value>>;

/** An operation with its operand names and attributes forgotten: what a graph holds. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the one type-erased corner: operand names and attributes are checked by `apply`
export type AnyOp = Op<any, any, any>;

/** Applies an operation: checks the operands and gives the symbolic result. Throws ShapeError. */
export function apply<In extends string, Attrs, Maybe extends string = never>(
  op: Op<In, Attrs, Maybe>,
  ins: Ins<Value, In, Maybe>,
  attrs: Attrs,
): Value {
  const { shape, dtype } = op.type(ins, attrs);
  return { op, ins, attrs, shape, dtype };
}
