import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Picture } from '@graft/core/image';
import { createCheckpoint } from '@graft/core/models';
import { generate, loadModel, readRequest } from '@graft/core/pipeline';
import { measureDifference } from '@graft/core/pipeline/compare';
import { afterAll, describe, expect, test } from 'vitest';
import { imageCodec } from './images.ts';
import { openLibrary } from './library.ts';
import { openModel } from './models.ts';
import { localNetworks } from './network-source.ts';
import { openEngine, type Engine } from './runtime/engine.ts';

const fixtures = fileURLToPath(new URL('../../../fixtures', import.meta.url));
const folder = join(fixtures, 'whole', 'files');
const adapters = new Map(readdirSync(folder).map((name) => [basename(name, '.safetensors'), join(folder, name)]));
const main = await openModel(join(fixtures, 'models', 'pico.safetensors'));
const engines = [await openEngine(), await openEngine({ lowMemory: true })];
afterAll(async () => {
  await Promise.all(engines.map((engine) => engine.close()));
  await main.close();
});

async function drawing(engine: Engine, mode: 'merged' | 'live'): Promise<(name: string) => Promise<Picture>> {
  const model = await loadModel(engine, createCheckpoint({ main }), {
    name: 'pico',
    hash: async () => undefined,
    tiling: false,
    adapters: mode,
  });
  const codec = imageCodec();
  const networks = localNetworks({
    library: await openLibrary({ roots: [] }),
    files: { file: openModel },
    codec,
    adapters,
  });
  return async (name) => {
    const body = { prompt: `a cat <lora:${name}:0.8>`, steps: 2, seed: 1, width: 64, height: 64 };
    const request = readRequest('txt2img', body, () => new Uint8Array());
    const context = { models: { open: async () => model }, networks, codec, randomSeed: () => 0n };
    for await (const { picture } of generate(request, context)) return picture;
    throw new Error('nothing was drawn');
  };
}
const [merged, live] = [await drawing(engines[0]!, 'merged'), await drawing(engines[1]!, 'live')];

describe('a picture with little memory, where adapters are computed at every step, is that with them merged', () => {
  test.each([...adapters.keys()])('%s', async (name) => {
    expect(measureDifference(await merged(name), await live(name))!.max).toBeLessThanOrEqual(1);
  });
});
