import type { DType } from '../tensor/index.ts';
import type { PickleValue } from './pickle-value.ts';

/** Most axes of a tensor; real ones have at most five. */
export const RANK_LIMIT = 64;

/** A container of tensors that Graft reads. */
export type Container = 'safetensors' | 'torch-zip' | 'torch-legacy';

/** Bytes of a file, counted from its start. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** A tensor that still lies in its file. */
export interface StoredTensor {
  readonly dtype: DType;
  /** Sizes of the axes; [] for a scalar. */
  readonly shape: readonly number[];
  /** Where the elements lie in the file, if they lie there in row-major order, unpacked and little-endian. */
  readonly range: ByteRange | undefined;
  /**
   * The elements: contiguous, row-major, little-endian, in the tensor's own dtype. May be a view: do not write to it.
   * Throws FormatError (`too-large` for a view that would expand beyond the limit, `bad-header` for broken packing)
   * and the source's own errors.
   */
  read(): Promise<Uint8Array>;
}

/** A tensor of a model file, by name. */
export interface TensorEntry extends StoredTensor {
  /** Its key in `ModelFile.tensors`. */
  readonly name: string;
}

/** An opened model file. Only its header has been read; it holds no resource. */
export interface ModelFile {
  /** Name of the source. */
  readonly name: string;
  readonly container: Container;
  /**
   * Tensors in file order. Names of torch files are the keys on the way to the tensor, joined by dots
   * (`string_to_param.*`, `768.0.linear.0.weight`, '' for a bare tensor); a checkpoint's outer `state_dict` is left out,
   * and so is what stands beside it.
   */
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  /** `__metadata__` of safetensors; empty otherwise. Values that are not text are kept as their JSON text. */
  readonly metadata: ReadonlyMap<string, string>;
  /** The whole object of a torch file; undefined for safetensors. */
  readonly value: PickleValue | undefined;
}
