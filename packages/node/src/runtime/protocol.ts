import type { WeightForm } from '@graft/core/onnx';
import type { DType } from '@graft/core/tensor';

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

/** Bytes of a file. */
export interface FileRange {
  readonly path: string;
  readonly offset: number;
  readonly length: number;
}

/** A stored tensor that runs are fed, as it lies. */
export interface WeightFeed {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Where the first run's begins. */
  readonly from: { readonly path: string; readonly offset: number } | { readonly data: Uint8Array };
  /** Bytes from there to the next run's; 0 where all are fed the same. */
  readonly step: number;
}

/** A model that computes weights out of what it is fed. */
export interface WeightModel {
  /** Tells models apart, from one request to the next. */
  readonly key: string;
  readonly bytes: Uint8Array;
}

/** Runs of such a model, piece by piece. What it takes and is not fed, the last run without results has given. */
export interface KeptRun {
  /** The model's key. */
  readonly model: string;
  readonly pieces: number;
  readonly feeds: readonly WeightFeed[];
  /** Outputs that go into the file; none where later runs take all of them. */
  readonly results: readonly Kept[];
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
  /** Computes weights, run by run, into a file that is there. */
  | {
      readonly kind: 'keep';
      readonly path: string;
      readonly models: readonly WeightModel[];
      readonly runs: readonly KeptRun[];
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
