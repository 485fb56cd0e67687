import { RuntimeError, throwIfAborted } from '@graft/core/errors';
import { encodeModel, type OnnxModel } from '@graft/core/onnx';
import type { Feeds, Program, Runtime } from '@graft/core/runtime';
import { startProcess, type EngineProcess } from './process.ts';
import type { Device, Memory, WireTensors } from './protocol.ts';
import { createRecipes } from './recipe.ts';
import { placeWeights, type Placed } from './weights.ts';
import { createWorkers } from './workers.ts';

export type { Device } from './protocol.ts';

export interface EngineOptions {
  /** What computes; `cpu` if absent. */
  readonly device?: Device;
  /** Threads of one operation; all cores if absent. */
  readonly threads?: number;
  /**
   * Leave weights as they are in their files: about half the memory, slower steps. Nothing is written to disk for networks
   * whose weights lie in one file.
   */
  readonly lowMemory?: boolean;
  /** Folder for prepared weights. */
  readonly cache?: string;
}

/**
 * Bytes of weights that stay loaded in memory. All networks of an SD1 or SD2 model are half of it; of SDXL the UNet alone is more, and is
 * loaded anew, in a second or two, when a picture was decoded (docs/decisions/large-models.md).
 */
const KEPT = 8 * 2 ** 30;

/**
 * Memory of 1 MiB and more goes back to the system as soon as it is freed. Left to itself, the GNU C library raises that mark with every such
 * piece that is freed, and keeps gigabytes between others that are in use. Other libraries do not read this.
 */
const FRUGAL = 'glibc.malloc.mmap_threshold=1048576';

/** A runtime that can be asked for what loading begins with. */
export interface Engine extends Runtime {
  /**
   * Prepares the weights of a model and computes those that are to be computed, so that loading it only maps them. `load` does so itself.
   * Throws as `load` does.
   */
  place(model: OnnxModel): Promise<void>;
}

/**
 * ONNX Runtime in a process of its own, so that neither a long step nor a crash stalls or ends this one.
 * Throws RuntimeError when it cannot start or the device is not there.
 */
export async function openEngine(options: EngineOptions = {}): Promise<Engine> {
  const env = options.lowMemory === true ? { GLIBC_TUNABLES: FRUGAL } : {};
  return engineOver(startProcess(options.device ?? 'cpu', options.threads ?? 0, env), options);
}

/** The runtime that a process is, once it is ready. Throws as openEngine does. */
export async function engineOver(engine: EngineProcess, options: EngineOptions = {}): Promise<Engine> {
  const device = options.device ?? 'cpu';
  const ready = await engine.ready.catch(async (error: unknown) => {
    await engine.end();
    if (device === 'cpu' || !(error instanceof Error)) throw error;
    throw new RuntimeError(`the device ${device} is not usable here: ${error.message}`, {
      hint: 'Leave --device out to use the processor.',
      cause: error,
    });
  });
  const lowMemory = options.lowMemory === true;
  const workers = createWorkers(engine, options.threads);
  // However the engine ends, its helpers go with it.
  void engine.gone.then(() => workers.close());
  const placing = { cache: options.cache, workers, recipes: createRecipes() };
  const place = (model: OnnxModel): Promise<Placed> => placeWeights(model, placing);
  return {
    name: `onnxruntime ${device}`,
    traits: {
      weights: lowMemory ? 'stored' : 'f32',
      block: lowMemory ? 0 : ready.block,
      // What other devices hold is their own affair.
      ...(device === 'cpu' ? { keep: lowMemory ? 0 : KEPT } : {}),
    },
    place: async (model) => void (await place(model)),
    load: async (model) =>
      load(engine, model, await place(model), lowMemory ? 'least' : model.seldom === true ? 'planned' : 'kept'),
    pause: () => new Promise((resolve) => void setImmediate(resolve)),
    close: async () => {
      await Promise.all([engine.end(), workers.close()]);
    },
  };
}

async function load(
  engine: EngineProcess,
  model: OnnxModel,
  { folder, place }: Placed,
  memory: Memory,
): Promise<Program> {
  const outputs = model.outputs.map((port) => port.name);
  const bytes = encodeModel(model, place);
  const { program } = await engine.ask({ kind: 'load', model: bytes, folder, outputs, memory }, 'loaded');
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
