import type { WeightForm } from '@graft/core/onnx';

/** Messages between the command's process and the engine's: each request has one answer with its id. */

export type Device = 'cpu' | 'webgpu' | 'cuda' | 'coreml' | 'dml';

export interface WireTensor {
  readonly type: 'float32' | 'int64';
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

export type WireTensors = Readonly<Record<string, WireTensor>>;

/**
 * How a program keeps working memory: `kept` for the next run; `planned` anew for each run and given back; or `least`: each tensor by
 * itself.
 */
export type Memory = 'kept' | 'planned' | 'least';

/** Where in a file a result goes, and how. */
export interface Kept {
  /** The result's name. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly form: WeightForm;
  /** First byte in the file. */
  readonly to: number;
}

export type Request =
  | {
      readonly kind: 'load';
      readonly model: Uint8Array;
      readonly folder: string;
      readonly outputs: readonly string[];
      readonly memory: Memory;
    }
  | { readonly kind: 'run'; readonly program: number; readonly feeds: WireTensors }
  | { readonly kind: 'release'; readonly program: number }
  /** Runs a model once and writes its results into the file `path`. */
  | {
      readonly kind: 'keep';
      readonly model: Uint8Array;
      readonly folder: string;
      readonly path: string;
      readonly results: readonly Kept[];
    };

export interface Numbered {
  readonly id: number;
}

export type Answer =
  | { readonly kind: 'ready'; readonly block: number }
  | { readonly kind: 'loaded'; readonly program: number }
  | { readonly kind: 'ran'; readonly outputs: WireTensors }
  | { readonly kind: 'released' }
  | { readonly kind: 'kept' }
  | { readonly kind: 'failed'; readonly message: string; readonly memory: boolean };
