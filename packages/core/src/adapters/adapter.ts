import type { Value } from '../graph/index.ts';
import type { Tensor, TorchRandom } from '../tensor/index.ts';

/** One tensor of a module. */
export interface Part {
  /** What the file calls it. */
  readonly key: string;
  readonly shape: readonly number[];
  /** The tensor in a graph: a stored weight, an input that training feeds, or a constant. */
  readonly value: Value;
  /** Its numbers, where they decide what the graph looks like: few elements, or whole numbers. */
  readonly data?: ArrayLike<number>;
  /** Euclidean length of all its elements, where it is known. */
  readonly norm?: number;
}

/** The tensors that a file has for one layer, by the canonical name of the part (kohya's and LyCORIS' spelling). */
export interface Parts {
  /** The adapter's file, for messages. */
  readonly file: string;
  /** The layer as the file names it. */
  readonly module: string;
  /** Shapes of all parts. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Whether there is such a part. */
  has(part: string): boolean;
  /** The part, which counts as claimed from then on. */
  get(part: string): Part | undefined;
  /** The part. Throws AdapterError, which names the missing key. */
  need(part: string): Part;
  /** The part as one number, or undefined without it. Throws AdapterError when it is not one finite number. */
  number(part: string): number | undefined;
}

/** What is known of a module from elsewhere: PEFT's configuration beside the file, or metadata. */
export interface Hints {
  /** Multiplies the raw delta where the file has no alpha of its own. */
  readonly scale?: number;
  /** Terms of the series that stands for the Cayley transform of OFTv2; the exact transform if absent. */
  readonly neumannTerms?: number;
  /** Most that the rotations of OFTv2 may turn (COFT): ‖Q‖ of each block is at most this over √blocks. */
  readonly bound?: number;
  /** Written by OneTrainer, which rotates the input of convolutions the other way round. */
  readonly oneTrainer?: boolean;
}

/** How an adapter is used besides its strength. */
export interface DeltaOptions {
  /** Use only the first so many ranks (A1111's dynamic dimension). */
  readonly dyn?: number | undefined;
  /** Multiplies one factor: the weight of the block that the layer lies in. */
  readonly ratio?: Value | undefined;
  /** Added to the raw delta before its scale: the dense or sparse residual of an extraction. */
  readonly residual?: Value | undefined;
}

/** What a fresh module of an adapter is made with. Families ignore what they have no use for. */
export interface InitOptions {
  readonly rank: number;
  readonly alpha: number;
  /** Convolutions with kernels get a core tensor of their own (Tucker). */
  readonly tucker?: boolean;
  /** Greatest size of LoKr's smaller factor, or −1 for the most even split. */
  readonly factor?: number;
  /** LoKr: also the smaller factor is a product of two. */
  readonly decomposeBoth?: boolean;
  /** OFT and BOFT: the constraint on the rotation, 0 for none. */
  readonly constraint?: number;
  /** OFT and BOFT: rows are rescaled too. */
  readonly rescaled?: boolean;
  /** (IA)³: scales what comes in, not what goes out. */
  readonly onInput?: boolean;
}

/** Host tensors of a fresh module, by canonical part: what `parse` reads and a file would hold. */
export type FreshParts = ReadonlyMap<string, Tensor>;

/** Whole numbers that are no factors: indices and sizes. */
export interface Whole {
  readonly shape: readonly number[];
  readonly whole: readonly number[];
}

/** Parts to be written: tensors of the graph, numbers, which become scalars, and whole numbers. */
export type SavedParts = ReadonlyMap<string, Value | number | Whole>;

/**
 * A family of weight adapters: `T` is what it stores for one layer, as named tensors.
 *
 * W′ = W + strength · delta(w, W), so strength 0 is the base bit for bit, and merging, live use and training are one function.
 * Alpha over rank is applied in `delta` and nowhere else; the strength by the stack and nowhere else. A family that multiplies or
 * rotates writes what it makes of W, less W.
 */
export interface WeightAdapter<T> {
  readonly name: string;
  /** Ends of keys that are its parts and that no other family has: for families from outside. */
  readonly parts?: readonly string[];
  /** Whether these are this family's parts: true as soon as one of them is there, so that half a pair is an error, not a riddle. */
  detect(parts: Parts): boolean;
  /** The tensors by name. Throws AdapterError where some are missing or do not fit each other. */
  parse(parts: Parts, hints: Hints): T;
  /**
   * What it adds to the weight at strength 1, shaped as `base`; undefined where it leaves the weight alone.
   * Throws ShapeError where it does not fit.
   */
  delta(w: T, base: Value, options: DeltaOptions): Value | undefined;
  /** What it adds to the bias at strength 1. `base` is undefined where the layer has none. Absent: never anything. */
  bias?(w: T, base: Value | undefined): Value | undefined;
  /** Takes what it needs from the unchanged weight of the model, before any graph is made. Absent: nothing. */
  prepare?(w: T, base: Tensor): T;
  /** Parts of a fresh module on a layer with this weight: their delta is exactly zero. */
  init(base: Tensor, options: InitOptions, rng: TorchRandom): FreshParts;
  /** The exact inverse of `parse`. */
  save(w: T): SavedParts;
}
