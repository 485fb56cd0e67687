import type { Stack } from '../adapters/index.ts';
import { bytesSource } from '../bytes/index.ts';
import type { WeightRef } from '../graph/index.ts';
import type { OpenedModel } from '../models/index.ts';
import type { NameTable } from '../models/names/index.ts';
import { lower } from '../onnx/index.ts';
import type { Runtime } from '../runtime/index.ts';
import { numel, type Tensor } from '../tensor/index.ts';

/** Most elements of changed weights that one run computes: 256 MiB of float32. */
const AT_ONCE = 2 ** 26;

/**
 * A model with adapters merged into it: the changed weights as float32 in memory, all others where they lie. Nothing of the model is copied or
 * prepared for it: the runs read the model's own file where the adapters were opened `inline`. `names`: the model's, as the stack has them.
 * Throws RuntimeError.
 */
export async function mergeStack(
  runtime: Runtime,
  stack: Stack,
  model: OpenedModel,
  names: NameTable,
): Promise<OpenedModel> {
  const weights = new Map(model.weights);
  for (const { component, prefix } of names.places) {
    const size = (key: string): number => numel(model.weights.get(prefix + key)?.shape ?? []);
    for (const keys of batches(stack.touched(component), size)) {
      const program = await runtime.load(lower(stack.merge(component, keys), { weights: 'stored' }));
      const changed = await program.run({});
      await program.release();
      for (const [key, value] of Object.entries(changed)) weights.set(prefix + key, inMemory(prefix + key, value));
    }
  }
  return { file: model.file, weights };
}

/** Keys in order, in lists of at most AT_ONCE elements, or of one. */
function batches(keys: readonly string[], size: (key: string) => number): string[][] {
  const lists: string[][] = [];
  let room = 0;
  for (const key of keys) {
    room -= size(key);
    if (room < 0 || lists.length === 0) {
      lists.push([]);
      room = AT_ONCE - size(key);
    }
    lists.at(-1)!.push(key);
  }
  return lists;
}

function inMemory(name: string, { data, shape }: Tensor): WeightRef {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { name, dtype: 'F32', shape, store: bytesSource(name, bytes), offset: 0, length: bytes.length };
}
