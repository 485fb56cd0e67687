import { bytesSource } from '@graft/core/bytes';
import { weight, type Value } from '@graft/core/graph';
import { conv2d, matmul, slice } from '@graft/core/ops';
import { compile, type Runtime } from '@graft/core/runtime';
import { numel } from '@graft/core/tensor';

const RUNS = 5;

/** Rate of a 4096³ product of float32 matrices on the runtime, GFLOP/s: the best of several. */
export async function matmulRate(runtime: Runtime): Promise<number> {
  const n = 4096;
  const y = matmul(made([n, n], 1), made([n, n], 2));
  return rate(runtime, y, 2 * n ** 3);
}

/** Rate of a 3×3 convolution of 640 channels at 64×64, GFLOP/s: the best of several. */
export async function convolutionRate(runtime: Runtime): Promise<number> {
  const [channels, side] = [640, 64];
  const y = conv2d(made([1, channels, side, side], 3), made([channels, channels, 3, 3], 4), undefined, {
    stride: 1,
    pads: [1, 1, 1, 1],
    wrap: false,
  });
  return rate(runtime, y, 2 * channels ** 2 * 9 * side ** 2);
}

/** Computes a value in the engine and fetches one corner of it, so that no time goes into carrying it over. */
async function rate(runtime: Runtime, value: Value, operations: number): Promise<number> {
  const corner = value.shape.reduce<Value>((part, _, axis) => slice(part, { axis, start: 0, end: 1 }), value);
  const program = await compile(runtime, { outputs: { corner } });
  let best = Infinity;
  for (let i = 0; i < RUNS; i++) {
    const start = performance.now();
    await program.run({});
    best = Math.min(best, performance.now() - start);
  }
  await program.release();
  return operations / best / 1e6;
}

/** A stored tensor of small made-up numbers. */
function made(shape: readonly number[], seed: number): Value {
  let state = seed;
  const data = Float32Array.from({ length: numel(shape) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  });
  const name = `made${seed}`;
  const store = bytesSource(name, new Uint8Array(data.buffer));
  return weight({ name, dtype: 'F32', shape, store, offset: 0, length: data.byteLength });
}
