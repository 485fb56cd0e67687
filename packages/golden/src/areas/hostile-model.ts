import { bytesSource } from '@graft/core/bytes';
import { FormatError } from '@graft/core/errors';
import { openModelFile, type ModelFile, type TensorEntry } from '@graft/core/formats';
import { DTYPES, numel } from '@graft/core/tensor';
import type { HostileFile } from './hostile.ts';

/** Tensors up to this many bytes are read as part of opening a file. */
const READ_BYTES = 2 ** 20;
/** A view that claims more than this cannot be meant. */
const ABSURD_BYTES = 2 ** 36;

/** Opens a model file, lists it and reads its small tensors. */
export async function openHostileModel({ name, bytes, ifOpened }: HostileFile): Promise<string[]> {
  const model = await openModelFile(bytesSource(name, bytes));
  const problems = ifOpened === undefined ? [] : statementProblems(model, ifOpened);
  for (const tensor of model.tensors.values()) {
    const size = numel(tensor.shape) * DTYPES[tensor.dtype];
    if (size <= READ_BYTES) {
      const read = await tensor.read();
      if (read.length !== size) problems.push(`tensor ${tensor.name} gives ${read.length} of ${size} bytes`);
    } else if (size > ABSURD_BYTES) {
      const error: unknown = await tensor.read().catch((reason: unknown) => reason);
      if (!(error instanceof FormatError && error.fault === 'too-large'))
        problems.push(`reading ${size} bytes was not refused`);
    }
  }
  return problems;
}

/** "one tensor weight [2,3] F32", "one tensor named x", "safetensors with the tensor weight". */
function statementProblems(model: ModelFile, statement: string): string[] {
  const one = /^one tensor (?:named )?(\S+)(?: \[([\d,]*)\])?(?: (\w+))?$/.exec(statement);
  const container = /^(\S+) with the tensor (\S+)$/.exec(statement);
  const [only] = model.tensors.values();
  if (one !== null && (model.tensors.size !== 1 || only === undefined || !fits(only, one[1]!, one[2], one[3])))
    return [`opened as ${[...model.tensors.keys()].join(', ')}, not as "${statement}"`];
  if (container !== null && !(model.container === container[1] && model.tensors.has(container[2]!)))
    return [`opened as ${model.container}, not as "${statement}"`];
  return [];
}

function fits(tensor: TensorEntry, name: string, shape: string | undefined, dtype: string | undefined): boolean {
  return (
    tensor.name === name &&
    (shape === undefined || tensor.shape.join() === shape) &&
    (dtype === undefined || tensor.dtype === dtype)
  );
}
