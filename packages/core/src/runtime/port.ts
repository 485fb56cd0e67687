import type { Cancel } from '../errors/index.ts';
import type { OnnxModel } from '../onnx/index.ts';
import type { Tensor } from '../tensor/index.ts';

/** Whole numbers for a graph input, such as token ids. */
export interface IntTensor {
  readonly shape: readonly number[];
  readonly data: BigInt64Array;
}

/** What is fed to a program, by input name. */
export type Feeds = Readonly<Record<string, Tensor | IntTensor>>;

/** A compiled graph. */
export interface Program {
  /**
   * Runs once; never blocks the caller's event loop.
   * Throws RuntimeError when the engine fails or dies, SdError `memory` when it has none left, AbortedError when `cancel` was
   * already set or the engine is closed meanwhile.
   */
  run(feeds: Feeds, cancel?: Cancel): Promise<Readonly<Record<string, Tensor>>>;
  /** Frees it. Later runs throw RuntimeError. */
  release(): Promise<void>;
}

/** Something that runs ONNX: the only way core ever touches a device. */
export interface Runtime {
  readonly name: string;
  /** What it can use: decides how graphs are lowered. */
  readonly traits: RuntimeTraits;
  /** Makes a model ready to run, with its weights mapped. Throws RuntimeError, and SdError `file` or `memory`. */
  load(model: OnnxModel): Promise<Program>;
  /** Resolves when what `load` was asked for before is under way, as far as that leaves the caller's thread; it never does if absent. */
  pause?(): Promise<void>;
  /** Ends the engine and everything that runs on it: what waits, and what comes later, gets AbortedError. */
  close(): Promise<void>;
}

export interface RuntimeTraits {
  /** `stored`: weights stay as they are in their file, and are widened at each use (least memory). */
  readonly weights: 'f32' | 'stored';
  /** Channels in a block of the convolution kernels; 0: plain kernels. */
  readonly block: number;
  /** Bytes of weights that stay loaded, those of the running program included; no bound if absent. */
  readonly keep?: number;
}
