import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { Tensor, type InferenceSession } from 'onnxruntime-node';
import { DTYPES, numel, widen } from '@graft/core/tensor';
import { inForm } from './prepare.ts';
import type { Request, WeightFeed, WeightModel } from './protocol.ts';

type Keep = Extract<Request, { kind: 'keep' }>;

/** Sessions that stay for the next request. */
const MOST_SESSIONS = 128;

/** Tensors begin at multiples of so many bytes, a line of the cache. */
const ALIGNMENT = 64;

/**
 * Computes weights into files, one request after the other, with the sessions that `create` makes. Those of models that come again stay, and
 * so does the memory that tensors lie in: fresh memory costs as much time as the numbers that are written into it.
 * Throws what `create` and runs throw, and the system's errors.
 */
export function createKeeper(
  create: (model: Uint8Array) => Promise<InferenceSession>,
): (request: Keep) => Promise<void> {
  const sessions = new Map<string, InferenceSession>();
  const inputs = createSpace();
  let last: Promise<void> = Promise.resolve();

  async function sessionFor(key: string, models: readonly WeightModel[]): Promise<InferenceSession> {
    const known = sessions.get(key);
    if (known) return known;
    if (sessions.size >= MOST_SESSIONS) {
      for (const session of sessions.values()) await session.release();
      sessions.clear();
    }
    const session = await create(models.find((model) => model.key === key)!.bytes);
    sessions.set(key, session);
    return session;
  }

  async function keep({ path, models, runs }: Keep): Promise<void> {
    let held: Outputs = {};
    const files = createFiles();
    try {
      for (const run of runs) {
        const session = await sessionFor(run.model, models);
        const feeds = fed(run.feeds, inputs, files);
        const taken = { ...held, ...feeds.tensors };
        for (let piece = 0; piece < run.pieces; piece++) {
          feeds.fill(piece);
          const outputs = await session.run(taken);
          for (const { name, shape, form, to } of run.results) {
            const bytes = inForm(outputs[name]!.data as Float32Array, shape, form);
            files.write(path, to + piece * bytes.length, bytes);
          }
          if (run.results.length > 0) {
            forget(outputs);
          } else {
            forget(held);
            held = outputs;
          }
        }
      }
    } finally {
      forget(held);
      files.close();
    }
  }

  return (request) => {
    // Requests share the memory.
    const now = last.then(() => keep(request));
    last = now.catch(() => undefined);
    return now;
  };
}

/** Memory that is used again and again, of as many bytes as are asked for. */
interface Space {
  take(size: number): ArrayBuffer;
}

function createSpace(): Space {
  let buffer = new ArrayBuffer(0);
  return {
    take(size) {
      if (buffer.byteLength < size) buffer = new ArrayBuffer(size);
      return buffer;
    },
  };
}

type Outputs = Readonly<Record<string, Tensor>>;

/** An ArrayBuffer of ES2024, which processes are started with. */
interface Movable {
  transfer(bytes: number): unknown;
}

/** Frees the memory of outputs, which are fresh with each run, for those of the next: more would lie about until it is collected. */
function forget(outputs: Outputs): void {
  for (const { data } of Object.values(outputs)) ((data as Float32Array).buffer as unknown as Movable).transfer(0);
}

/** Where tensors of so many bytes begin, one after the other, and last where they end. */
function placesOf(sizes: readonly number[]): readonly number[] {
  const places = [0];
  for (const size of sizes) places.push(Math.ceil((places.at(-1)! + size) / ALIGNMENT) * ALIGNMENT);
  return places;
}

interface Fed {
  readonly tensors: Readonly<Record<string, Tensor>>;
  /** Puts into them what the run of a piece, one after the other, is fed. */
  fill(piece: number): void;
}

function fed(feeds: readonly WeightFeed[], space: Space, files: Files): Fed {
  const places = placesOf(feeds.map(({ shape, dtype }) => numel(shape) * DTYPES[dtype === 'F16' ? 'F16' : 'F32']));
  const buffer = space.take(places.at(-1)!);
  const tensors = feeds.map(({ dtype, shape }, i) => {
    const count = numel(shape);
    // Half precision is fed as it is, other types as float32.
    return dtype === 'F16'
      ? new Tensor('float16', new Uint16Array(buffer, places[i], count), shape)
      : new Tensor('float32', new Float32Array(buffer, places[i], count), shape);
  });
  return {
    tensors: Object.fromEntries(feeds.map(({ name }, i) => [name, tensors[i]!])),
    fill(piece) {
      for (const [i, feed] of feeds.entries()) if (piece === 0 || feed.step > 0) fill(tensors[i]!.data, feed, piece);
    },
  };

  function fill(into: Uint16Array | Float32Array, { dtype, from, step }: WeightFeed, piece: number): void {
    const isFedAsItLies = dtype === 'F16' || dtype === 'F32';
    const bytes = isFedAsItLies
      ? new Uint8Array(into.buffer, into.byteOffset, into.byteLength)
      : new Uint8Array(into.length * DTYPES[dtype]);
    if ('path' in from) files.read(from.path, from.offset + piece * step, bytes);
    else bytes.set(from.data.subarray(piece * step, piece * step + bytes.length));
    if (!isFedAsItLies) widen(dtype, bytes, into as Float32Array);
  }
}

/** Files that are read from, and one that is written. */
interface Files {
  /** Fills `into` with what lies from a byte on. Throws the system's errors, and where the file ends before. */
  read(path: string, offset: number, into: Uint8Array): void;
  write(path: string, offset: number, bytes: Uint8Array): void;
  close(): void;
}

function createFiles(): Files {
  const opened = new Map<string, number>();
  const open = (path: string, flags: string): number => {
    const file = opened.get(path) ?? openSync(path, flags);
    opened.set(path, file);
    return file;
  };
  return {
    read(path, offset, into) {
      const file = open(path, 'r');
      for (let done = 0; done < into.length;) {
        const read = readSync(file, into, done, into.length - done, offset + done);
        if (read === 0) throw new Error(`${path} ended at byte ${offset + done}`);
        done += read;
      }
    },
    write(path, offset, bytes) {
      const file = open(path, 'r+');
      for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done, bytes.length - done, offset + done);
    },
    close() {
      for (const file of opened.values()) closeSync(file);
    },
  };
}
