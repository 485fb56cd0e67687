import { DTYPES, numel, type DType } from '../tensor/index.ts';
import type { Fail } from './fail.ts';
import { gather, isContiguous } from './gather.ts';
import { RANK_LIMIT, type ByteRange } from './model-file.ts';
import type { PickleTensor } from './pickle-value.ts';

/** Largest tensor that is gathered from a view, in bytes; contiguous ones are bounded by their file. */
export const GATHER_LIMIT: number = 2 ** 31;

/** Where the bytes of a storage are. */
export interface StorageData {
  readonly size: number;
  /** Where the storage begins in the file, if its bytes lie there as they are. */
  readonly offset: number | undefined;
  /** Bytes [start, end) of the storage. */
  read(start: number, end: number): Promise<Uint8Array>;
}

/** A storage as a pickle names it. Its data is found after the pickle has been read. */
export interface Storage {
  readonly kind: 'storage';
  readonly key: string;
  /** U8 for untyped storages. */
  readonly dtype: DType;
  /** Elements, as the pickle claims. */
  readonly numel: number;
  /** The part of the root storage `key` that this one is, in elements. */
  readonly window: { readonly offset: number; readonly numel: number } | undefined;
  readonly untyped: boolean;
  data: StorageData | undefined;
}

/** The arguments of a rebuilt tensor: strides and offset in elements. */
export interface TensorClaim {
  readonly storage: Storage;
  readonly dtype: DType;
  readonly offset: number;
  readonly size: readonly number[];
  readonly stride: readonly number[];
}

/** A tensor that knows its storage. */
export interface TorchTensor extends PickleTensor {
  readonly storage: Storage;
}

export function isTorchTensor(value: object): value is TorchTensor {
  return 'kind' in value && value.kind === 'tensor';
}

/**
 * A tensor over a storage: value[i…] = storage[offset + Σ iₖ·strideₖ]. All indices are checked against what the storage
 * claims to hold; `fail` is called, and must throw, when they leave it, and later when a view is too large to be read.
 */
export function torchTensor(claim: TensorClaim, fail: Fail): TorchTensor {
  const { storage, dtype, offset, size, stride } = claim;
  const bytes = DTYPES[dtype];
  const capacity = Math.floor((storage.numel * DTYPES[storage.dtype]) / bytes);
  if (size.length > RANK_LIMIT) fail('too-large', `a tensor has ${size.length} axes`);
  if (size.length !== stride.length)
    fail('bad-header', `a tensor has ${size.length} sizes and ${stride.length} strides`);
  if ([offset, ...size, ...stride].some((n) => n < 0))
    fail('out-of-range', 'a tensor has a negative size, stride or offset');
  // Without the zeros, so that 0 × 2^60 is refused as well.
  if (!Number.isSafeInteger(size.reduce((n, axis) => n * (axis || 1), bytes)))
    fail('out-of-range', 'a tensor has more elements than can be counted');
  const count = numel(size);
  const last = size.reduce((n, axis, i) => n + (axis - 1) * stride[i]!, offset);
  // All terms are positive: a sum beyond 2^53 is rounded, but never below the capacity.
  if (count > 0 && last >= capacity)
    fail('out-of-range', `a tensor reaches element ${last} of a storage of ${capacity}`);
  const length = count * bytes;
  const contiguous = isContiguous({ size, stride });
  const data = (): StorageData => storage.data ?? fail('bad-header', `storage ${storage.key} was never found`);
  return {
    kind: 'tensor',
    dtype,
    shape: size,
    storage,
    get range(): ByteRange | undefined {
      const start = storage.data?.offset;
      return contiguous && start !== undefined
        ? { offset: start + (count > 0 ? offset * bytes : 0), length }
        : undefined;
    },
    async read() {
      if (count === 0) return new Uint8Array();
      if (contiguous) return data().read(offset * bytes, offset * bytes + length);
      if (length > GATHER_LIMIT)
        fail('too-large', `a view of ${length} bytes over a smaller storage; the limit is ${GATHER_LIMIT}`);
      return gather(
        await data().read(offset * bytes, (last + 1) * bytes),
        { size, stride, bytes },
        new Uint8Array(length),
      );
    },
  };
}
