import { availableParallelism } from 'node:os';
import { RequestError } from '@graft/core/errors';
import type { Runtime } from '@graft/core/runtime';
import type { Arguments } from './arguments.ts';
import { watchSignals, type Stop } from './stop.ts';
import type { Terminal } from './terminal.ts';

const DEVICES = ['cpu', 'webgpu', 'cuda', 'coreml', 'dml'] as const;

/**
 * Carries out the work of a command with an engine, by its options for one (`--device`, `--threads`, `--low-memory`); the result is
 * the exit code. The engine starts at once, in a process of its own, while this one reads the request and the files.
 * Throws RequestError, and what the work throws.
 */
export async function withEngine(
  given: Arguments,
  terminal: Terminal,
  work: (tools: { readonly engine: Promise<Runtime>; readonly stop: Stop }) => Promise<void>,
): Promise<number> {
  const device = readDevice(given.value('device'));
  const threads = readThreads(given.value('threads'));
  const lowMemory = given.has('low-memory');
  const { startProcess } = await import('../runtime/process.ts');
  const child = startProcess(device, threads);
  const stop = watchSignals({
    onInterrupt: () => {
      if (!terminal.json)
        terminal.err('\nStopping after this step; what is drawn so far is kept. Ctrl-C again stops at once.\n');
    },
    onCancel: () => void child.end(),
  });
  const engine = import('../runtime/engine.ts').then(({ engineOver }) => engineOver(child, { device, lowMemory }));
  // What fails here is told where it is waited for.
  engine.catch(() => undefined);
  try {
    await work({ engine, stop });
    return stop.exitCode ?? 0;
  } catch (error) {
    if (stop.exitCode === undefined) throw error;
    terminal.event({ event: 'stopped', exitCode: stop.exitCode });
    return stop.exitCode;
  } finally {
    await child.end();
    stop.release();
  }
}

function readDevice(text: string | undefined): (typeof DEVICES)[number] {
  const device = DEVICES.find((one) => one === (text ?? 'cpu').toLowerCase());
  if (device) return device;
  throw new RequestError('--device', `there is no device "${text}"`, { hint: `There are: ${DEVICES.join(', ')}.` });
}

function readThreads(text: string | undefined): number {
  if (text === undefined) return 0;
  const threads = Number(text);
  const most = 4 * availableParallelism();
  if (Number.isInteger(threads) && threads >= 1 && threads <= most) return threads;
  throw new RequestError('--threads', `"${text}" is not a whole number between 1 and ${most}`);
}
