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

export type Request =
  | {
      readonly kind: 'load';
      readonly model: Uint8Array;
      readonly folder: string;
      readonly outputs: readonly string[];
      readonly memory: Memory;
    }
  | { readonly kind: 'run'; readonly program: number; readonly feeds: WireTensors }
  | { readonly kind: 'release'; readonly program: number };

export interface Numbered {
  readonly id: number;
}

export type Answer =
  | { readonly kind: 'ready'; readonly block: number }
  | { readonly kind: 'loaded'; readonly program: number }
  | { readonly kind: 'ran'; readonly outputs: WireTensors }
  | { readonly kind: 'released' }
  | { readonly kind: 'failed'; readonly message: string; readonly memory: boolean };
