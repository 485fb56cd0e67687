import { stringifyJson } from '@graft/core/bytes';
import type { SdError } from '@graft/core/errors';
import { fileError } from '../files.ts';

/** Where a command writes. */
export interface Terminal {
  /** Results: texts, or JSON lines. */
  out(text: string): void;
  /** What a person reads on the way. */
  err(text: string): void;
  /** One event for programs. Nothing without --json. */
  event(event: Readonly<Record<string, unknown>>): void;
  readonly json: boolean;
  readonly quiet: boolean;
  /** Whether a person reads the results. */
  readonly outIsTerminal: boolean;
  /** Columns of the terminal that shows progress; undefined where it goes to a file or pipe. */
  readonly columns: number | undefined;
}

/** A terminal whose results can be lost. */
export interface ProcessTerminal extends Terminal {
  /** Waits until everything is written. Gives the error if results were lost, as on a full disk. */
  end(): Promise<SdError | undefined>;
}

/** What a stream says whose reader went away. */
const GONE = new Set(['EPIPE', 'ECONNRESET', 'EOF']);

/**
 * The process's own streams. A reader that went away is no error: what is left is not written. The rest of the work goes on,
 * so that pictures are saved all the same; so it does when results are lost otherwise, which is told at the end.
 */
export function processTerminal(
  { json, quiet }: { readonly json: boolean; readonly quiet: boolean },
  { stdout, stderr }: Pick<NodeJS.Process, 'stdout' | 'stderr'> = process,
): ProcessTerminal {
  let lost: Error | undefined;
  const write = (stream: NodeJS.WriteStream, onError: (error: Error) => void): ((text: string) => void) => {
    let open = true;
    stream.on('error', (error: Error) => {
      open = false;
      onError(error);
    });
    return (text) => {
      if (open && text !== '') stream.write(text);
    };
  };
  const out = write(stdout, (error) => {
    if (!('code' in error && GONE.has(String(error.code)))) lost ??= error;
  });
  return {
    out,
    err: write(stderr, () => undefined),
    event: (event) => {
      if (json) out(`${stringifyJson(event)}\n`);
    },
    json,
    quiet,
    outIsTerminal: stdout.isTTY === true,
    get columns() {
      return stderr.isTTY ? stderr.columns : undefined;
    },
    async end() {
      for (const stream of [stdout, stderr]) await flush(stream);
      return lost && fileError('standard output', 'write', lost);
    },
  };
}

/** Waits for what was written, and for the error of it. */
async function flush(stream: NodeJS.WriteStream): Promise<void> {
  if (!stream.destroyed && stream.writable)
    await new Promise<void>((resolve) => void stream.write('', () => resolve()));
  await new Promise((resolve) => setImmediate(resolve));
}
