import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { AbortedError, RuntimeError, SdError } from '@graft/core/errors';
import type { Answer, Device, Numbered, Request } from './protocol.ts';

export type AnswerOf<Kind extends Answer['kind']> = Extract<Answer, { kind: Kind }>;

/** A running engine process, and questions to it. */
export interface EngineProcess {
  /** The system's number for it. */
  readonly pid: number | undefined;
  readonly ready: Promise<AnswerOf<'ready'>>;
  /**
   * Sends a request and gives its answer. Throws RuntimeError when the engine refuses or is gone, SdError `memory` when it ran out
   * of memory, AbortedError when it was ended.
   */
  ask<Kind extends Answer['kind']>(request: Request, kind: Kind): Promise<AnswerOf<Kind>>;
  alive(): boolean;
  /** Resolves when the system has no such process any more. */
  readonly gone: Promise<void>;
  /** Ends it at once; what waits for answers gets AbortedError. Resolves when the system has no such process any more. */
  end(): Promise<void>;
}

/** ms that a process whose channel broke has for its end. */
const LAST_WORD = 3000;

/**
 * ONNX Runtime's packages for Linux and macOS tell Microsoft of every model that they load, and keep a database of it, unless this is set
 * before they start. Nobody who draws a picture has agreed to that.
 */
const SILENT = { ORT_DISABLE_TELEMETRY: '1' };

/** Node 20 has `ArrayBuffer.prototype.transfer` only on demand. */
const TRANSFER = 'transfer' in ArrayBuffer.prototype ? [] : ['--harmony-rab-gsab-transfer'];

/** Starts ONNX Runtime in a process of its own. `threads` of one operation; 0: all cores. `env`: variables beside those of this process. */
export function startProcess(
  device: Device,
  threads: number,
  env: Readonly<Record<string, string>> = {},
): EngineProcess {
  const child: ChildProcess = fork(entry(), [device, String(threads)], {
    serialization: 'advanced',
    execArgv: TRANSFER,
    env: { ...process.env, ...env, ...SILENT },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const questions = createQuestions();
  child.on('message', (answer: Answer & Numbered) => questions.answer(answer));
  child.on('error', (error) =>
    questions.end(new RuntimeError(`the engine's process cannot start: ${error.message}`, { cause: error })),
  );
  child.on('exit', (code, signal) => questions.end(death(code, signal)));
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  // Between questions the engine does not keep the command alive. While one waits both do: a process that dies closes its channel
  // first, and only its end says why.
  const rest = (): void => {
    // Whoever ends it waits for that.
    if (questions.open() || questions.over()) return;
    child.unref();
    child.channel?.unref();
  };
  const ready = questions.ask(0, 'ready').finally(rest);
  // It may be ended before anything waits for it.
  ready.catch(() => undefined);
  let next = 1;
  return {
    pid: child.pid,
    gone,
    ready,
    alive: () => questions.over() === undefined,
    async ask(request, kind) {
      const over = questions.over();
      if (over) throw over;
      const id = next++;
      const answer = questions.ask(id, kind);
      child.ref();
      child.channel?.ref();
      child.send({ ...request, id }, (error) => {
        if (!error) return;
        const lost = new RuntimeError(`the engine cannot be reached: ${error.message}`, { cause: error });
        // A broken channel means a dying process: its end, which comes next, says why.
        setTimeout(() => questions.end(lost), LAST_WORD).unref();
      });
      try {
        return await answer;
      } finally {
        rest();
      }
    },
    end() {
      questions.end(new AbortedError('the engine was closed'));
      child.ref();
      child.kill('SIGKILL');
      return gone;
    },
  };
}

/** Questions that wait for their answers. */
interface Questions {
  ask<Kind extends Answer['kind']>(id: number, kind: Kind): Promise<AnswerOf<Kind>>;
  answer(answer: Answer & Numbered): void;
  /** Whether any waits. */
  open(): boolean;
  /** Rejects all that wait. The first reason stays. */
  end(error: SdError): void;
  /** Why there will be no more answers; undefined while there will. */
  over(): SdError | undefined;
}

function createQuestions(): Questions {
  const waiting = new Map<number, { resolve(answer: Answer): void; reject(error: SdError): void }>();
  let over: SdError | undefined;
  return {
    ask: <Kind extends Answer['kind']>(id: number, kind: Kind) =>
      new Promise<AnswerOf<Kind>>((resolve, reject) => {
        waiting.set(id, {
          resolve: (answer) => (answer.kind === kind ? resolve(answer as AnswerOf<Kind>) : reject(failed(answer))),
          reject,
        });
      }),
    answer(answer) {
      const question = waiting.get(answer.id);
      waiting.delete(answer.id);
      question?.resolve(answer);
    },
    open: () => waiting.size > 0,
    end(error) {
      over ??= error;
      for (const { reject } of waiting.values()) reject(over);
      waiting.clear();
    },
    over: () => over,
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
