import { RequestError } from '@graft/core/errors';
import { availableParallelism } from 'node:os';
import type { Arguments } from '../arguments.ts';
import type { Command } from '../command.ts';
import { FIELD_NAMES, GENERATE_OPTIONS } from '../generate/options.ts';
import { watchSignals } from '../stop.ts';
import type { Terminal } from '../terminal.ts';

const DEVICES = ['cpu', 'webgpu', 'cuda', 'coreml', 'dml'] as const;

/** `graft generate`. */
export const generateCommand: Command = {
  name: 'generate',
  summary: 'Draw pictures',
  usage: ['generate PROMPT [options]', 'generate --from IMAGE [options]', 'generate --request FILE.json [options]'],
  details: [],
  examples: [
    'generate "a cat on a blue background"',
    'generate "a fox" --negative "red" --seed 7 --steps 30 --cfg 5 -o fox.png',
    'generate "a castle" --model some-model --size 512x768 --sampler "DPM++ 2M" --scheduler Karras',
    'generate "two penguins" --batch 2 --count 3 --grid',
    'generate "a cat with a crown" --init out.png --strength 0.6',
    'generate "a donut" --init out.png --mask mask.png',
    'generate "a panda" --hires 2 --hires-steps 10',
    'generate --from out.png --steps 40',
    'generate "a whale" --json | my-program',
  ],
  options: GENERATE_OPTIONS,
  fieldNames: FIELD_NAMES,
  run: generateOnTerminal,
};

/** Starts the engine at once, in a process of its own, while this one reads the request and the files. */
async function generateOnTerminal(given: Arguments, terminal: Terminal): Promise<number> {
  const device = readDevice(given.value('device'));
  const threads = readThreads(given.value('threads'));
  const lowMemory = given.has('low-memory');
  const { startProcess } = await import('../../runtime/process.ts');
  const child = startProcess(device, threads);
  const stop = watchSignals({
    onInterrupt: () => {
      if (!terminal.json)
        terminal.err('\nStopping after this step; what is drawn so far is kept. Ctrl-C again stops at once.\n');
    },
    onCancel: () => child.end(),
  });
  const engine = import('../../runtime/engine.ts').then(({ engineOver }) => engineOver(child, { device, lowMemory }));
  // What fails here is told where it is waited for.
  engine.catch(() => undefined);
  try {
    const { draw } = await import('../generate/draw.ts');
    await draw({ given, terminal, engine, stop });
    return stop.exitCode ?? 0;
  } catch (error) {
    if (stop.exitCode !== undefined) return stop.exitCode;
    throw error;
  } finally {
    child.end();
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
