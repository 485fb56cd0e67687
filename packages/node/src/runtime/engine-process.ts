/** The process that runs ONNX: native code may block, exhaust memory or crash here without taking the command along. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { encodeModel } from '@graft/core/onnx';
import { createKeeper } from './keep.ts';
import type { Answer, Device, Memory, Numbered, Request, WireTensor } from './protocol.ts';

const device = (process.argv[2] ?? 'cpu') as Device;
const threads = Number(process.argv[3] ?? 0);
const programs = new Map<number, { readonly session: InferenceSession; readonly outputs: readonly string[] }>();
let next = 0;
// Little weights are computed here, and helpers have one thread anyway.
const keep = createKeeper((model) => create(model, '.', 'least', 1));

// The command decides what an interrupt means; when it is gone, so are we.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit(0));

process.on('message', (request: Request & Numbered) => {
  answer(request).then(
    (reply) => process.send?.({ ...reply, id: request.id }),
    (error: unknown) => process.send?.({ ...failure(error), id: request.id }),
  );
});

probeBlock().then(
  (block) => process.send?.({ kind: 'ready', block, id: 0 }),
  (error: unknown) => process.send?.({ ...failure(error), id: 0 }),
);

async function answer(request: Request): Promise<Answer> {
  switch (request.kind) {
    case 'load': {
      const session = await create(request.model, request.folder, request.memory);
      programs.set(next, { session, outputs: request.outputs });
      return { kind: 'loaded', program: next++ };
    }
    case 'run': {
      const program = programs.get(request.program);
      if (!program) throw new Error('the program was released');
      const feeds = Object.fromEntries(Object.entries(request.feeds).map(([name, tensor]) => [name, fromWire(tensor)]));
      const results = await program.session.run(feeds, [...program.outputs]);
      return {
        kind: 'ran',
        outputs: Object.fromEntries(program.outputs.map((name) => [name, toWire(results[name]!)])),
      };
    }
    case 'release':
      await programs.get(request.program)?.session.release();
      programs.delete(request.program);
      return { kind: 'released' };
    case 'keep':
      await keep(request);
      return { kind: 'kept' };
  }
}

function create(model: Uint8Array, folder: string, memory: Memory, count = threads): Promise<InferenceSession> {
  const cpu = device === 'cpu';
  return InferenceSession.create(model, {
    executionProviders: [device],
    // Our graphs are already fused, folded and laid out: optimising them again would copy every weight.
    graphOptimizationLevel: cpu ? 'disabled' : 'all',
    intraOpNumThreads: count,
    logSeverityLevel: 3,
    enableCpuMemArena: memory === 'kept',
    // A pattern is one more block beside those that the arena keeps anyway.
    enableMemPattern: memory === 'planned',
    extra: {
      session: {
        model_external_initializers_file_folder_path: folder,
        // Prepacked weights would be a second copy; packing while multiplying costs next to nothing at our sizes.
        ...(cpu ? { disable_prepacking: '1' } : {}),
      },
    },
  });
}

/** Channels in a block of this processor's convolution kernels: what a channel is padded to. 0 where there are none. */
async function probeBlock(): Promise<number> {
  if (device !== 'cpu') {
    await create(probeModel(false), '.', 'least');
    return 0;
  }
  try {
    const session = await create(probeModel(true), '.', 'least');
    const { y } = await session.run({ x: new Tensor('float32', new Float32Array(8), [1, 8, 1, 1]) });
    await session.release();
    return y?.dims[1] ?? 0;
  } catch {
    return 0;
  }
}

/** One node: reorders eight channels into blocks, or does nothing. */
function probeModel(blocks: boolean): Uint8Array {
  const node = blocks ? { type: 'ReorderInput', domain: 'com.microsoft.nchwc' } : { type: 'Identity', domain: '' };
  return encodeModel(
    {
      inputs: [{ name: 'x', dtype: 'f32', shape: [1, 8, 1, 1] }],
      outputs: [{ name: 'y', dtype: 'f32', shape: [1, 'c', 1, 1] }],
      nodes: [{ ...node, ins: ['x'], out: 'y', attrs: {} }],
      constants: [],
      weights: [],
    },
    () => ({ location: '', offset: 0, length: 0 }),
  );
}

function fromWire({ type, data, shape }: WireTensor): Tensor {
  return type === 'int64'
    ? new Tensor('int64', data as BigInt64Array, shape)
    : new Tensor('float32', data as Float32Array, shape);
}

function toWire(tensor: Tensor): WireTensor {
  return { type: 'float32', shape: tensor.dims, data: tensor.data as Float32Array };
}

function failure(error: unknown): Answer {
  const message = error instanceof Error ? error.message : String(error);
  return { kind: 'failed', message, memory: /bad_alloc|out of memory|failed to allocate/i.test(message) };
}
