import { printable } from '@graft/core/formats';
import { FormatError, SdError, type FormatFault, type SdErrorCode } from '@graft/core/errors';
import type { Terminal } from './terminal.ts';

/** What the command's exit codes mean. */
export const EXIT_CODES: readonly (readonly [code: number, meaning: string])[] = [
  [0, 'done'],
  [1, 'a fault of Graft itself'],
  [2, 'the command line or request cannot be carried out'],
  [3, 'a model or other input file is broken or of the wrong kind'],
  [4, 'a file or folder cannot be read or written'],
  [5, 'the engine failed, or memory ran out'],
  [130, 'stopped with Ctrl-C'],
];

const CODES: Readonly<Record<SdErrorCode, number>> = {
  request: 2,
  format: 3,
  model: 3,
  adapter: 3,
  file: 4,
  runtime: 5,
  memory: 5,
  aborted: 130,
  shape: 1,
};

/** The exit code for an error; 1 for all that were not foreseen. */
export function exitCode(error: unknown): number {
  return error instanceof SdError ? CODES[error.code] : 1;
}

/** What to do about a file, where the error itself has nothing better to say. */
const FAULTS: Readonly<Record<FormatFault, string | undefined>> = {
  'not-a-model': 'Graft reads models as .safetensors, and as .ckpt, .pt, .pth and .bin of torch.',
  truncated: 'The file is not whole: get it again.',
  'forbidden-pickle': 'Models need no programs in them: get it as .safetensors, from somebody you trust.',
  'bad-header': 'The file is damaged: get it again.',
  'out-of-range': 'The file is damaged: get it again.',
  overlapping: 'The file is damaged: get it again.',
  'too-large': undefined,
  unsupported: undefined,
};

/** What a person reads about an error. */
export interface ErrorReport {
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
}

/** `rename`: how the user wrote a field of the request, such as "--steps" for "steps". */
export function reportError(error: unknown, rename: (field: string) => string = (field) => field): ErrorReport {
  if (!(error instanceof SdError)) {
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return {
      code: 'internal',
      message: `something went wrong inside Graft: ${message}`,
      hint: 'Run it again with GRAFT_DEBUG=1 and report what it says.',
    };
  }
  const { at, message, code } = error;
  const hint = error.hint ?? (error instanceof FormatError ? FAULTS[error.fault] : undefined);
  if (at === undefined) return { code, message, hint };
  return { code, message: `${rename(at)}${message.slice(at.length)}`, hint };
}

/** An error on a terminal: where and what in a line, then the hint. */
export function renderError({ message, hint }: ErrorReport): string {
  return `graft: ${printable(message)}\n${hint === undefined ? '' : `  ${printable(hint)}\n`}`;
}

/**
 * Tells an error to people, on standard error, and to programs; the result is its exit code. `rename` as of `reportError`, `more` is what
 * stands beside it in its event.
 */
export function tellError(
  error: unknown,
  terminal: Pick<Terminal, 'err' | 'event'>,
  {
    rename,
    more = {},
  }: { readonly rename?: (field: string) => string; readonly more?: Readonly<Record<string, unknown>> } = {},
): number {
  const code = exitCode(error);
  const report = reportError(error, rename);
  terminal.event({ event: 'error', ...more, ...report, hint: report.hint ?? null, exitCode: code });
  if (!(error instanceof SdError && error.code === 'aborted')) terminal.err(renderError(report));
  if (process.env['GRAFT_DEBUG'] === '1' && error instanceof Error) terminal.err(`${error.stack ?? ''}\n`);
  return code;
}
