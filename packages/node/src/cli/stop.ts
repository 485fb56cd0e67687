import type { Cancel } from '@graft/core/errors';

/** How the user stops a command: once for "enough", twice for "now". */
export interface Stop {
  /** Set by the first Ctrl-C while pictures are drawn: what is there is kept. */
  readonly interrupt: Cancel;
  /** Set when everything must end. */
  readonly cancel: Cancel;
  /** The exit code that a signal asks for, once there was one. */
  readonly exitCode: number | undefined;
  /** Whether there is anything to keep. */
  drawing: boolean;
  /** Ends listening. */
  release(): void;
}

const INTERRUPTED = 130;
const TERMINATED = 143;

/** Listens to the signals that stop a command. `onInterrupt` is told of the first, `onCancel` ends the work that is going on. */
export function watchSignals(on: { readonly onInterrupt: () => void; readonly onCancel: () => void }): Stop {
  const interrupt = { aborted: false };
  const cancel = { aborted: false };
  let exitCode: number | undefined;
  const now = (code: number): void => {
    // Whoever asks a third time does not want to wait for anything.
    if (cancel.aborted) process.exit(code);
    exitCode = code;
    interrupt.aborted = true;
    cancel.aborted = true;
    on.onCancel();
  };
  const onSigint = (): void => {
    if (interrupt.aborted || !stop.drawing) {
      now(INTERRUPTED);
      return;
    }
    exitCode = INTERRUPTED;
    interrupt.aborted = true;
    on.onInterrupt();
  };
  const onSigterm = (): void => now(TERMINATED);
  process.on('SIGINT', onSigint);
  process.on('SIGTERM', onSigterm);
  process.on('SIGHUP', onSigterm);
  const stop = {
    interrupt,
    cancel,
    get exitCode() {
      return exitCode;
    },
    drawing: false,
    release() {
      process.off('SIGINT', onSigint);
      process.off('SIGTERM', onSigterm);
      process.off('SIGHUP', onSigterm);
    },
  };
  return stop;
}
