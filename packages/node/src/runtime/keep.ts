import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { Tensor, type InferenceSession } from 'onnxruntime-node';
import { DTYPES, numel, widen } from '@graft/core/tensor';
import { inForm } from './prepare.ts';
import type { KeptRun, Request, WeightFeed, WeightModel } from './protocol.ts';

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
  const results = createSpace();
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
    const held = new Map<string, Tensor>();
    const files = createFiles();
    try {
      for (const run of runs) {
        const session = await sessionFor(run.model, models);
        const fed = fedTensors(run.feeds, inputs, files);
        const taken = session.inputNames.map((name) => [name, fed.get(name) ?? held.get(name)!] as const);
        const outputs = await session.run(Object.fromEntries(taken), fetched(run, session, results));
        for (const name of run.held) held.set(name, outputs[name]!);
        for (const { name, shape, form, to } of run.results)
          files.write(path, to, inForm(outputs[name]!.data as Float32Array, shape, form));
      }
    } finally {
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

/** Where results go: those that later runs take into memory of their own. */
function fetched({ results }: KeptRun, session: InferenceSession, space: Space): Record<string, Tensor | null> {
  const sizes = new Map(session.outputMetadata.map((one) => [one.name, one.isTensor ? one.shape.map(Number) : []]));
  const places = placesOf(results.map(({ shape }) => numel(shape) * DTYPES.F32));
  const buffer = space.take(places.at(-1)!);
  const own = results.map(({ name, shape }, i) => {
    return [name, new Tensor('float32', new Float32Array(buffer, places[i], numel(shape)), sizes.get(name))] as const;
  });
  return { ...Object.fromEntries(session.outputNames.map((name) => [name, null])), ...Object.fromEntries(own) };
}

/** Where tensors of so many bytes begin, one after the other, and last where they end. */
function placesOf(sizes: readonly number[]): readonly number[] {
  const places = [0];
  for (const size of sizes) places.push(Math.ceil((places.at(-1)! + size) / ALIGNMENT) * ALIGNMENT);
  return places;
}

function fedTensors(feeds: readonly WeightFeed[], space: Space, files: Files): ReadonlyMap<string, Tensor> {
  const places = placesOf(feeds.map(({ shape, dtype }) => numel(shape) * DTYPES[dtype === 'F16' ? 'F16' : 'F32']));
  const buffer = space.take(places.at(-1)!);
  return new Map(feeds.map((feed, i) => [feed.name, fedTensor(feed, buffer, places[i]!, files)]));
}

/** Half precision as it is, other types as float32. */
function fedTensor({ dtype, shape, from }: WeightFeed, buffer: ArrayBuffer, at: number, files: Files): Tensor {
  const count = numel(shape);
  const fill = (bytes: Uint8Array): void => {
    if ('data' in from) bytes.set(from.data);
    else files.read(from.path, from.offset, bytes);
  };
  if (dtype === 'F16') {
    const words = new Uint16Array(buffer, at, count);
    fill(new Uint8Array(buffer, at, words.byteLength));
    return new Tensor('float16', words, shape);
  }
  const floats = new Float32Array(buffer, at, count);
  if (dtype === 'F32') {
    fill(new Uint8Array(buffer, at, floats.byteLength));
  } else {
    const stored = new Uint8Array('data' in from ? from.data.length : from.length);
    fill(stored);
    widen(dtype, stored, floats);
  }
  return new Tensor('float32', floats, shape);
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
