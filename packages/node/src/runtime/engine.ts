import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { AbortedError, RuntimeError, SdError, throwIfAborted } from '@graft/core/errors';
import { encodeModel, type OnnxModel } from '@graft/core/onnx';
import type { Feeds, Program, Runtime } from '@graft/core/runtime';
import type { Answer, Device, Numbered, Request, WireTensors } from './protocol.ts';
import { placeWeights } from './weights.ts';

export type { Device } from './protocol.ts';

export interface EngineOptions {
  /** What computes; `cpu` if absent. */
  readonly device?: Device;
  /** Threads of one operation; all cores if absent. */
  readonly threads?: number;
  /** Leave weights as they are in their files: about half the memory, slower steps, nothing written to disk. */
  readonly lowMemory?: boolean;
  /** Folder for prepared weights. */
  readonly cache?: string;
}

/**
 * ONNX Runtime in a process of its own, so that neither a long step nor a crash stalls or ends this one.
 * Throws RuntimeError when it cannot start or the device is not there.
 */
export async function openEngine(options: EngineOptions = {}): Promise<Runtime> {
  const device = options.device ?? 'cpu';
  const engine = startProcess(device, options.threads ?? 0);
  const ready = await engine.ready.catch((error: unknown) => {
    engine.end();
    if (device === 'cpu' || !(error instanceof Error)) throw error;
    throw new RuntimeError(`the device ${device} is not usable here: ${error.message}`, {
      hint: 'Leave --device out to use the processor.',
      cause: error,
    });
  });
  const lowMemory = options.lowMemory === true;
  return {
    name: `onnxruntime ${device}`,
    traits: { weights: lowMemory ? 'stored' : 'f32', block: lowMemory ? 0 : ready.block },
    load: (model) => load(engine, model, options.cache),
    close: async () => engine.end(),
  };
}

async function load(engine: EngineProcess, model: OnnxModel, cache: string | undefined): Promise<Program> {
  const { folder, place } = await placeWeights(model, cache);
  const outputs = model.outputs.map((port) => port.name);
  const { program } = await engine.ask({ kind: 'load', model: encodeModel(model, place), folder, outputs }, 'loaded');
  return {
    async run(feeds, cancel) {
      throwIfAborted(cancel);
      const answer = await engine.ask({ kind: 'run', program, feeds: toWire(feeds) }, 'ran');
      return Object.fromEntries(
        Object.entries(answer.outputs).map(([name, { shape, data }]) => [name, { shape, data: data as Float32Array }]),
      );
    },
    release: async () => {
      if (engine.alive()) await engine.ask({ kind: 'release', program }, 'released');
    },
  };
}

function toWire(feeds: Feeds): WireTensors {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, { shape, data }]) => [
      name,
      { type: data instanceof BigInt64Array ? 'int64' : 'float32', shape, data },
    ]),
  );
}

type AnswerOf<Kind extends Answer['kind']> = Extract<Answer, { kind: Kind }>;

interface EngineProcess {
  readonly ready: Promise<AnswerOf<'ready'>>;
  ask<Kind extends Answer['kind']>(request: Request, kind: Kind): Promise<AnswerOf<Kind>>;
  alive(): boolean;
  end(): void;
}

interface Waiting {
  resolve(answer: Answer): void;
  reject(error: SdError): void;
}

function startProcess(device: Device, threads: number): EngineProcess {
  const child: ChildProcess = fork(entry(), [device, String(threads)], {
    serialization: 'advanced',
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const waiting = new Map<number, Waiting>();
  let next = 1;
  let over: SdError | undefined;

  const wait = <Kind extends Answer['kind']>(id: number, kind: Kind): Promise<AnswerOf<Kind>> =>
    new Promise((resolve, reject) => {
      if (over) {
        reject(over);
        return;
      }
      waiting.set(id, {
        resolve: (answer) => (answer.kind === kind ? resolve(answer as AnswerOf<Kind>) : reject(failed(answer))),
        reject,
      });
    });
  const finish = (error: SdError): void => {
    over ??= error;
    for (const { reject } of waiting.values()) reject(over);
    waiting.clear();
  };

  child.on('message', (answer: Answer & Numbered) => {
    const request = waiting.get(answer.id);
    waiting.delete(answer.id);
    request?.resolve(answer);
  });
  child.on('error', (error) =>
    finish(new RuntimeError(`the engine's process cannot start: ${error.message}`, { cause: error })),
  );
  child.on('exit', (code, signal) => finish(death(code, signal)));
  // Between questions the engine does not keep the command alive.
  const rest = (): void => {
    if (waiting.size === 0) child.channel?.unref();
  };
  child.unref();
  const ready = wait(0, 'ready').finally(rest);

  return {
    ready,
    alive: () => over === undefined,
    async ask(request, kind) {
      if (over) throw over;
      const id = next++;
      const answer = wait(id, kind);
      child.channel?.ref();
      child.send({ ...request, id }, (error) => {
        if (error) finish(over ?? new RuntimeError(`the engine cannot be reached: ${error.message}`, { cause: error }));
      });
      try {
        return await answer;
      } finally {
        rest();
      }
    },
    end() {
      finish(new AbortedError('the engine was closed'));
      child.kill('SIGKILL');
    },
  };
}

/** The engine's own file: built JavaScript, also when this module runs from source in tests. */
function entry(): string {
  const built = import.meta.url.endsWith('.ts') ? '../../dist/runtime/engine-process.js' : './engine-process.js';
  return fileURLToPath(new URL(built, import.meta.url));
}

const MEMORY_HINT = 'Try --low-memory, a smaller --size or a smaller --batch.';

function failed(answer: Answer): SdError {
  if (answer.kind !== 'failed') return new RuntimeError(`the engine answered ${answer.kind} out of turn`);
  if (answer.memory)
    return new SdError('memory', `the engine ran out of memory: ${answer.message}`, { hint: MEMORY_HINT });
  return new RuntimeError(answer.message);
}

function death(code: number | null, signal: NodeJS.Signals | null): SdError {
  // The system ends a process that takes too much memory with SIGKILL; native allocators abort.
  if (signal === 'SIGKILL' || signal === 'SIGABRT' || code === 134) {
    return new SdError('memory', `the engine's process was ended (${signal ?? code}), most likely for want of memory`, {
      hint: MEMORY_HINT,
    });
  }
  return new RuntimeError(`the engine's process ended unexpectedly (${signal ?? `exit ${code}`})`);
}
