import type { ModelFile } from '../../formats/index.ts';
import { DTYPES, numel, type DType } from '../../tensor/index.ts';
import { asCheckpointFile } from '../diffusers.ts';
import { recogniseAdapter } from './adapter.ts';
import { recogniseCheckpoint, recognisePart } from './checkpoint.ts';
import type { Count, Description, Recognition } from './description.ts';
import { recogniseControl, recogniseEmbedding, recogniseHypernetwork } from './extras.ts';
import { recogniseForeign } from './foreign.ts';
import { keysOf } from './keys.ts';

/** What a model file is, for which base model, and what it holds. Reads nothing but the opened header. */
export function describeModel(file: ModelFile): Description {
  const precision = new Map<DType, Count>();
  const groups = new Map<string, Count>();
  let parameters = 0;
  let bytes = 0;
  for (const { name, dtype, shape } of file.tensors.values()) {
    const count = numel(shape);
    parameters += count;
    bytes += count * DTYPES[dtype];
    add(precision, dtype, count);
    add(groups, groupOf(name), count);
  }
  return {
    name: file.name,
    container: file.container,
    ...recognise(file),
    tensors: file.tensors.size,
    parameters,
    bytes,
    precision: new Map([...precision].sort(([, a], [, b]) => b.parameters - a.parameters)),
    groups,
    metadata: file.metadata,
  };
}

function recognise(file: ModelFile): Recognition {
  const named = asCheckpointFile(file);
  // A whole checkpoint is told as such in whatever spelling; of a part the spelling is told.
  const keys = keysOf(named.tensors.has('model.diffusion_model.input_blocks.0.0.weight') ? named : file);
  if (keys.names.length === 0)
    return { kind: 'unknown', what: 'file without tensors', bases: [], why: 'it holds no tensor' };
  return (
    recogniseForeign(keys) ??
    recogniseCheckpoint(keys) ??
    recogniseControl(keys) ??
    recogniseHypernetwork(keys) ??
    recogniseAdapter(keys, file.metadata) ??
    recognisePart(keys) ??
    recogniseEmbedding(keys, file) ?? {
      kind: 'unknown',
      what: 'unknown model',
      bases: [],
      why: 'none of its names is known',
    }
  );
}

function add<K>(counts: Map<K, Count>, key: K, parameters: number): void {
  const { tensors, parameters: before } = counts.get(key) ?? { tensors: 0, parameters: 0 };
  counts.set(key, { tensors: tensors + 1, parameters: before + parameters });
}

/** Parts of models by the beginning of their tensors' names. */
const GROUPS: readonly (readonly [string, string])[] = [
  ['model.diffusion_model.', 'UNet'],
  ['first_stage_model.', 'VAE'],
  ['conditioner.embedders.0.', 'text encoder 1'],
  ['conditioner.embedders.1.', 'text encoder 2'],
  ['cond_stage_model.', 'text encoder'],
  ['model_ema.', 'UNet, averaged (EMA)'],
  ['control_model.', 'control network'],
  ['lora_unet_', 'UNet'],
  ['oft_unet_', 'UNet'],
  ['lora_te1_', 'text encoder 1'],
  ['lora_te2_', 'text encoder 2'],
  ['lora_te_', 'text encoder'],
  ['text_model.', 'text encoder'],
  ['vision_model.', 'image encoder'],
];

/** Group of a tensor: a known part, else the first piece of its name. */
function groupOf(name: string): string {
  const known = GROUPS.find(([prefix]) => name.startsWith(prefix))?.[1];
  return known ?? /^[^.:]+/.exec(name)?.[0] ?? '(no name)';
}
