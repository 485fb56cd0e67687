import { stringifyJson } from '@graft/core/bytes';

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

/**
 * The process's own streams. A reader that went away is no error: what is left is not written. The rest of the work goes on,
 * so that pictures are saved all the same.
 */
export function processTerminal({ json, quiet }: { readonly json: boolean; readonly quiet: boolean }): Terminal {
  const { stdout, stderr } = process;
  const write = (stream: NodeJS.WriteStream): ((text: string) => void) => {
    let open = true;
    stream.on('error', () => (open = false));
    return (text) => {
      if (open && text !== '') stream.write(text);
    };
  };
  const out = write(stdout);
  return {
    out,
    err: write(stderr),
    event: (event) => {
      if (json) out(`${stringifyJson(event)}\n`);
    },
    json,
    quiet,
    outIsTerminal: stdout.isTTY === true,
    get columns() {
      return stderr.isTTY ? stderr.columns : undefined;
    },
  };
}
