import type { ModelFile, TensorEntry } from '../formats/index.ts';
import type { WeightRef } from '../graph/index.ts';
import type { OpenedModel } from './checkpoint.ts';
import { checkpointNames } from './names/index.ts';

/** A file in diffusers' spelling as a checkpoint names its tensors; any other file as it is. */
export function asCheckpointFile(file: ModelFile): ModelFile {
  const names = checkpointNames(file.tensors);
  if (names === undefined) return file;
  const tensors = new Map<string, TensorEntry>();
  for (const [key, entry] of file.tensors) {
    const { name, shape } = names.get(key)!;
    tensors.set(name, { ...entry, name, shape });
  }
  return { ...file, tensors };
}

/** The same of a file with its weights: nothing is read or copied. */
export function asCheckpoint(model: OpenedModel): OpenedModel {
  const names = checkpointNames(model.file.tensors);
  if (names === undefined) return model;
  const weights = new Map<string, WeightRef>();
  for (const [key, ref] of model.weights) {
    const { name, shape } = names.get(key) ?? { name: key, shape: ref.shape };
    weights.set(name, { ...ref, name, shape });
  }
  return { file: asCheckpointFile(model.file), weights };
}

/** The networks of a diffusers folder. */
export type DiffusersPart = 'unet' | 'vae' | 'text_encoder' | 'text_encoder_2';

/**
 * The checkpoint that the networks of a diffusers folder make together. Each may lie in several files: of tensors that are there twice
 * the last is taken.
 */
export function joinDiffusers(name: string, parts: ReadonlyMap<DiffusersPart, readonly OpenedModel[]>): OpenedModel {
  const tensors = new Map<string, TensorEntry>();
  const weights = new Map<string, WeightRef>();
  let container: ModelFile['container'] = 'safetensors';
  for (const [part, models] of parts) {
    for (const { file, weights: own } of models) {
      ({ container } = file);
      for (const [key, entry] of file.tensors) tensors.set(`${part}.${key}`, { ...entry, name: `${part}.${key}` });
      for (const [key, ref] of own) weights.set(`${part}.${key}`, { ...ref, name: `${part}.${key}` });
    }
  }
  return asCheckpoint({ file: { name, container, tensors, metadata: new Map(), value: undefined }, weights });
}
