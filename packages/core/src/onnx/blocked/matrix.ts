import { sameShape, weightOf, type Shape, type Value, type WeightRef } from '../../graph/index.ts';
import { blockedConv, convOnto, kernelOf, storedMatrix, toBlocks, zeroPad } from './ops.ts';

export interface MatrixOptions {
  /** Channels in a block. */
  readonly block: number;
  /** Whether a stored matrix is there prepared in blocks, as `kernelRef` has it. Else it is put in blocks where it is used. */
  isPrepared(ref: WeightRef): boolean;
  /** Add on the way of a convolution: less work, but what it is added to is copied by one thread alone. */
  readonly fused: boolean;
  /** What to use for a value where it is not in blocks. */
  plain(value: Value): Value;
}

/** Whether a weight is a matrix [o, i], or that of a 1×1 convolution, whose channels fill blocks. */
export function fillsBlocks({ shape }: Value, block: number): boolean {
  const [out, into, ...kernel] = shape;
  return Number(out) % block === 0 && Number(into) % block === 0 && kernel.every((n) => n === 1);
}

/**
 * A matrix that fills blocks, in blocks. Sums and products of others are made in blocks from the start: a product of matrices is there a
 * convolution, onto whose result another matrix can be added on the way.
 */
export function matrixInBlocks(value: Value, options: MatrixOptions): Value {
  const { block, isPrepared, plain } = options;
  const inBlocks = (one: Value): Value => matrixInBlocks(one, options);
  const matrix = value.shape.slice(0, 2);
  const isAlike = (one: Value): boolean => sameShape(one.shape.slice(0, 2), matrix) && fillsBlocks(one, block);
  const ref = weightOf(value);
  if (ref && isPrepared(ref)) return storedMatrix(kernelRef(ref), { order: 'inout', block });
  const { a, b, x } = value.ins;
  switch (value.op.name) {
    case 'reshape':
      if (isAlike(x!)) return inBlocks(x!);
      break;
    case 'add':
      if (isAlike(a!) && isAlike(b!)) return sumInBlocks(value, inBlocks(a!), inBlocks(b!), options.fused);
      break;
    case 'sub':
    case 'mul': {
      const numbers = [a!, b!].filter(({ shape }) => shape.length === 0);
      if (![a!, b!].every((one) => isAlike(one) || numbers.includes(one))) break;
      const part = (one: Value): Value => (numbers.includes(one) ? plain(one) : inBlocks(one));
      return { ...value, shape: matrix, ins: { a: part(a!), b: part(b!) } };
    }
    case 'matmul':
      return productInBlocks(a!, b!, options);
  }
  return toBlocks(plain(value), 'matrix');
}

/**
 * [o, r]·[r, i] has the columns of [r, i], and in blocks columns are what rows are elsewhere. Where r fills no blocks, zeros fill them:
 * they add nothing.
 */
function productInBlocks(a: Value, b: Value, options: MatrixOptions): Value {
  const { block, plain } = options;
  const [out = 0, rank = 0] = a.shape.map(Number);
  const into = Number(b.shape[1]);
  const filled = Math.ceil(rank / block) * block;
  const part = (one: Value, shape: Shape): Value =>
    filled === rank ? matrixInBlocks(one, options) : toBlocks(zeroPad(plain(one), shape), 'matrix');
  const kernel = kernelOf(part(a, [out, filled]));
  return blockedConv(part(b, [filled, into]), kernel, undefined, { shape: [out, into], layout: 'matrix' });
}

/** A stored matrix as the weight of a 1×1 convolution. [o, i] → [o, i, 1, 1] */
export function kernelRef(ref: WeightRef): WeightRef {
  return { ...ref, shape: [...ref.shape.slice(0, 2), 1, 1] };
}

/** Two results in blocks, added: if `fused`, on the way where one of them is a convolution's. */
export function sumInBlocks(sum: Value, a: Value, b: Value, fused: boolean): Value {
  const plain = { ...sum, shape: a.shape, ins: { a, b } };
  return fused ? (convOnto(b, a) ?? convOnto(a, b) ?? plain) : plain;
}
