import type { Stack } from '../adapters/index.ts';
import { bytesSource, type ByteSource } from '../bytes/index.ts';
import type { Value, WeightRef } from '../graph/index.ts';
import type { OpenedModel } from '../models/index.ts';
import type { NameTable } from '../models/names/index.ts';
import { lower } from '../onnx/index.ts';
import type { Runtime } from '../runtime/index.ts';
import { DTYPES, numel } from '../tensor/index.ts';

/**
 * A model with adapters merged into it: the changed weights as float32 that is computed when a program first needs them, all others
 * where they lie. A runtime that keeps what it computed finds it again by what it is computed from: the same files and strengths.
 * `names`: the model's, as the stack has them.
 */
export function mergeStack(runtime: Runtime, stack: Stack, model: OpenedModel, names: NameTable): OpenedModel {
  const weights = new Map(model.weights);
  for (const { component, prefix } of names.places)
    for (const [key, value] of Object.entries(stack.merge(component, stack.touched(component)).outputs))
      weights.set(prefix + key, computedWeight(runtime, prefix + key, value));
  return { file: model.file, weights };
}

/** The result of a graph as a weight. Reading its store throws what `Runtime.load` and `Program.run` throw. */
function computedWeight(runtime: Runtime, name: string, value: Value): WeightRef {
  const shape = value.shape.map(Number);
  const length = numel(shape) * DTYPES.F32;
  const store: ByteSource = {
    name,
    size: length,
    async read(start, end) {
      const program = await runtime.load(lower({ outputs: { value } }, { weights: 'stored' }));
      try {
        const { data } = (await program.run({}))['value']!;
        return await bytesSource(name, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)).read(start, end);
      } finally {
        await program.release();
      }
    },
  };
  return { name, dtype: 'F32', shape, store, offset: 0, length, computed: value };
}
