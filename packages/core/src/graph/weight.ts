import type { ByteSource } from '../bytes/index.ts';
import type { DType } from '../tensor/index.ts';
import type { Value } from './value.ts';

/** A stored tensor: where its bytes lie, or what they are computed from. */
export interface WeightRef {
  /** Its key in the file. */
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** The file, picked file or memory that holds it. Its identity tells files apart. */
  readonly store: ByteSource;
  /** First byte in the store. */
  readonly offset: number;
  /** Number of bytes: contiguous, little-endian, row-major. */
  readonly length: number;
  /**
   * Set for a tensor that nobody has computed yet, as a graph over stored ones: a runtime may keep the result where it reads weights
   * fastest. Its store computes it whenever it is read.
   */
  readonly computed?: Value;
}

/**
 * Weights of convolutions [o, i, kh, kw] in the order of ONNX Runtime's own kernels, in blocks of B = `block` channels:
 * `inout` = [o/B][i/B][kh][kw][B i][B o], `out` = [o/B][i][kh][kw][B o] for few input channels.
 */
export interface BlockedOrder {
  readonly order: 'inout' | 'out';
  readonly block: number;
}
