import type { DType } from '../tensor/index.ts';
import type { StoredTensor } from './model-file.ts';

/**
 * What a pickle holds. Lists and tuples are arrays (tuples frozen), dicts of every kind are Maps in their order with the
 * keys' own types, sets are Sets, bytes and bytearrays are Uint8Arrays, integers beyond 2^53 are bigints.
 * Containers may hold themselves.
 */
export type PickleValue =
  null | boolean | number | bigint | string | Uint8Array | PickleList | PickleDict | PickleSet | PickleObject;

export type PickleList = readonly PickleValue[];
export type PickleDict = ReadonlyMap<PickleValue, PickleValue>;
export type PickleSet = ReadonlySet<PickleValue>;

/** What JavaScript has no value for. */
export type PickleObject =
  | PickleTensor
  | PickleArray
  | { readonly kind: 'complex'; readonly re: number; readonly im: number }
  /** A torch dtype: `float16`. */
  | { readonly kind: 'dtype'; readonly name: string }
  /** A device: `cpu`, `cuda:1`. A hint only. */
  | { readonly kind: 'device'; readonly name: string }
  /** A storage that no tensor stands for. */
  | { readonly kind: 'storage'; readonly key: string; readonly dtype: DType; readonly numel: number }
  /** A numpy element type. */
  | { readonly kind: 'numpy-dtype'; readonly name: string }
  /** The bare name of a known class or function: nothing stands behind it. */
  | { readonly kind: 'global'; readonly name: string }
  /** An instance of a known class whose content is ignored. */
  | { readonly kind: 'object'; readonly name: string };

/** A torch tensor. */
export interface PickleTensor extends StoredTensor {
  readonly kind: 'tensor';
}

/** A numpy array, in memory. */
export interface PickleArray {
  readonly kind: 'ndarray';
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Contiguous, row-major, little-endian. */
  readonly bytes: Uint8Array;
}

/** Whether a value is one of the objects. */
export function isPickleObject(value: PickleValue): value is PickleObject {
  return typeof value === 'object' && value !== null && 'kind' in value;
}
