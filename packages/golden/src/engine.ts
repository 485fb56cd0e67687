import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createCheckpoint, type Checkpoint, type OpenedModel } from '@graft/core/models';
import { chunkEncoder, createNetworks, type Networks, type NetworksOptions } from '@graft/core/pipeline';
import type { Runtime } from '@graft/core/runtime';
import type { Tensor } from '@graft/core/tensor';
import type { ChunkEncoder } from '@graft/core/text';
import { openEngine, openModel, type OpenedModelFile } from '@graft/node';
import type { Folder } from './area.ts';

let engine: Promise<Runtime> | undefined;
const opened = new Map<string, Promise<OpenedModelFile>>();

/** The one engine of a run. */
export function goldenEngine(): Promise<Runtime> {
  engine ??= openEngine();
  return engine;
}

/** A model file, opened once for the whole run. */
export function goldenFile(path: string): Promise<OpenedModelFile> {
  const known = opened.get(path) ?? openModel(path);
  opened.set(path, known);
  return known;
}

/** Ends the engine and closes the model files of the run. */
export async function closeGoldenEngine(): Promise<void> {
  const running = await engine;
  engine = undefined;
  await running?.close();
  for (const file of await Promise.allSettled(opened.values()))
    if (file.status === 'fulfilled') await file.value.close();
  opened.clear();
}

/** Path of a golden model file: the area's own `models/`, else the golden models. */
export function goldenModelPath(folder: Folder, file: string): string {
  const own = join(folder.path, 'models', file);
  return existsSync(own) ? own : join(folder.models, file);
}

/** pico, or the checkpoint derived from it: with the tensors of `NAME.safetensors` in place of those of the same name. */
export async function goldenModel(folder: Folder, derived = 'pico'): Promise<OpenedModel> {
  const base = await goldenFile(goldenModelPath(folder, 'pico.safetensors'));
  if (derived === 'pico') return base;
  const over = await goldenFile(goldenModelPath(folder, `${derived}.safetensors`));
  return { file: base.file, weights: new Map([...base.weights, ...over.weights]) };
}

/** The networks of a golden checkpoint on the run's engine. */
export async function goldenNetworks(folder: Folder, derived?: string, options?: NetworksOptions): Promise<Networks> {
  return createNetworks(await goldenEngine(), goldenCheckpoint(await goldenModel(folder, derived)), options);
}

/** The first text encoder of a checkpoint, with embeddings [v, d] by their names. */
export function goldenText(networks: Networks, vectors?: ReadonlyMap<string, Tensor>): ChunkEncoder {
  return chunkEncoder(networks.texts.te1!, { use: networks.conditioning.towers[0]!, vectors });
}

export function goldenCheckpoint(main: OpenedModel): Checkpoint {
  return createCheckpoint({ main });
}
