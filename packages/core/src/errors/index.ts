/** Every error that Graft raises on purpose: one base, a closed set of codes, data before prose. */

export { nearestHint, nearestNames } from './nearest.ts';

/** What kind of thing went wrong. A border (HTTP, exit code) maps these in one table. */
export type SdErrorCode =
  /** A tensor or graph does not have the shape, dtype or rank an operation needs. */
  | 'shape'
  /** Bytes are not what their format promises. */
  | 'format'
  /** A request or option asks for something that cannot be. */
  | 'request'
  /** A model lacks a part, or is of another kind than is needed. */
  | 'model'
  /** A fine-tune does not fit. */
  | 'adapter'
  /** The engine failed or is not there. */
  | 'runtime'
  /** Memory ran out, or would. */
  | 'memory'
  /** A file or folder cannot be read or written. */
  | 'file'
  /** The user stopped it. */
  | 'aborted';

export interface SdErrorOptions {
  /** Where: an op, a field, a file. Put before the message. */
  readonly at?: string | undefined;
  /** One sentence for people: what to do. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/** Base of all errors of Graft. `message` is one clear sentence: where, what. `hint` says what to do. */
export class SdError extends Error {
  override readonly name: string = 'SdError';
  readonly code: SdErrorCode;
  readonly at: string | undefined;
  readonly hint: string | undefined;

  constructor(code: SdErrorCode, message: string, options: SdErrorOptions = {}) {
    super(
      options.at === undefined ? message : `${options.at}: ${message}`,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.code = code;
    this.at = options.at;
    this.hint = options.hint;
  }
}

/** A tensor does not have the shape an operation needs. Thrown while a graph is traced. */
export class ShapeError extends SdError {
  override readonly name: string = 'ShapeError';
  readonly expected: string;
  readonly got: readonly (number | string)[];

  constructor(op: string, expected: string, got: readonly (number | string)[]) {
    super('shape', `expected ${expected}, got [${got.join(', ')}]`, { at: op });
    this.expected = expected;
    this.got = got;
  }
}

/** A tensor of a file does not fit the layer that the rest of its module fits: the file is at fault, and no other model helps. */
export class PartError extends ShapeError {
  override readonly name: string = 'PartError';
  /** What the file calls the tensor. */
  readonly key: string;

  constructor(key: string, expected: string, got: readonly (number | string)[]) {
    super(key, expected, got);
    this.key = key;
  }
}

/** What is wrong with bytes. */
export type FormatFault =
  /** Another kind of thing, or nothing usable in it. */
  | 'not-a-model'
  /** Ends before its own lengths say. */
  | 'truncated'
  /** A pickle opcode or name outside the allow-list. */
  | 'forbidden-pickle'
  /** Malformed header, pickle, directory or text. */
  | 'bad-header'
  /** Offsets, sizes, strides or numbers outside the data. */
  | 'out-of-range'
  /** Overlaps or holes. */
  | 'overlapping'
  /** Over a named limit. */
  | 'too-large'
  /** Well formed, but a thing that Graft does not read. */
  | 'unsupported';

/** Bytes or text are not what their format promises. Thrown by every parser, and nothing else is thrown by them. */
export class FormatError extends SdError {
  override readonly name: string = 'FormatError';
  readonly fault: FormatFault;
  /** Name of the file or source. */
  readonly source: string;

  constructor(fault: FormatFault, source: string, message: string, options: Omit<SdErrorOptions, 'at'> = {}) {
    super('format', message, { ...options, at: source });
    this.fault = fault;
    this.source = source;
  }
}

/** A request or option that cannot be carried out. Thrown before any work. */
export class RequestError extends SdError {
  override readonly name: string = 'RequestError';
  /** The field or option at fault, as the user writes it. */
  readonly field: string;

  constructor(field: string, message: string, options: Omit<SdErrorOptions, 'at'> = {}) {
    super('request', message, { ...options, at: field });
    this.field = field;
  }
}

/** A model file that is whole but does not serve: a part is missing or it is of another kind. */
export class ModelError extends SdError {
  override readonly name: string = 'ModelError';

  constructor(model: string, message: string, options: Omit<SdErrorOptions, 'at'> = {}) {
    super('model', message, { ...options, at: model });
  }
}

/** A fine-tune's file is broken, or fits no layer of the model. */
export class AdapterError extends SdError {
  override readonly name: string = 'AdapterError';
  /** Name of the adapter's file. */
  readonly adapter: string;
  /** The tensor at fault, as the file names it. */
  readonly key: string | undefined;

  constructor(
    adapter: string,
    message: string,
    options: Omit<SdErrorOptions, 'at'> & { readonly key?: string | undefined } = {},
  ) {
    super('adapter', message, { ...options, at: adapter });
    this.adapter = adapter;
    this.key = options.key;
  }
}

/** The engine that runs graphs failed, died, or lacks the device asked for. */
export class RuntimeError extends SdError {
  override readonly name: string = 'RuntimeError';

  constructor(message: string, options: SdErrorOptions = {}) {
    super('runtime', message, options);
  }
}

/** The user stopped the work. */
export class AbortedError extends SdError {
  override readonly name: string = 'AbortedError';

  constructor(message = 'stopped') {
    super('aborted', message);
  }
}

/** Anything with an `aborted` flag, such as an AbortSignal. */
export interface Cancel {
  readonly aborted: boolean;
}

/** Throws AbortedError if `cancel` says so. */
export function throwIfAborted(cancel: Cancel | undefined): void {
  if (cancel?.aborted === true) throw new AbortedError();
}
