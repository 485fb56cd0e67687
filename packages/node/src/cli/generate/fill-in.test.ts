import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { picture, type ImageCodec } from '@graft/core/image';
import { fill } from '@graft/core/testing/vitest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openLibrary } from '../../library.ts';
import { localModels, type LocalModels } from '../../model-source.ts';
import { modelRoots } from '../../roots.ts';
import { writeMadeFile } from '../../testing/vitest/made-file.ts';
import { readArguments } from '../arguments.ts';
import { composeRequest } from './compose.ts';
import { fillIn, readRequestFor } from './fill-in.ts';
import { PICTURE_OPTIONS } from './options.ts';

const PICO = fileURLToPath(new URL('../../../../../fixtures/models/pico.safetensors', import.meta.url));
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);
const root = mkdtempSync(join(tmpdir(), 'graft-fill-'));
/** Pictures are wide. */
const codec: ImageCodec = {
  decode: async () => picture({ width: 260, height: 100, channels: 3 }),
  encode: async () => new Uint8Array(),
};
let models: LocalModels;
beforeAll(async () => {
  const folder = join(root, 'models', 'Stable-diffusion');
  mkdirSync(folder, { recursive: true });
  symlinkSync(PICO, join(folder, 'pico.safetensors'));
  await writeMadeFile(join(folder, 'tower.safetensors'), {
    'text_model.embeddings.token_embedding.weight': fill(1, [8, 4]),
  });
  await writeMadeFile(join(root, 'models', 'Lora', 'style.safetensors'), {
    'lora_unet_mid_block_attentions_0_proj_in.lora_down.weight': fill(1, [1, 8]),
    'lora_unet_mid_block_attentions_0_proj_in.lora_up.weight': fill(1, [8, 1]),
  });
  writeFileSync(join(root, 'init.png'), PNG);
  const library = await openLibrary({ roots: modelRoots(root), cache: join(root, 'cache') });
  // Nothing here gets as far as the engine.
  models = localModels({ runtime: new Promise(() => undefined), library });
});
afterAll(async () => {
  await models.close();
  rmSync(root, { recursive: true });
});

async function filled(...argv: string[]): Promise<Readonly<Record<string, unknown>>> {
  const given = readArguments(argv, PICTURE_OPTIONS);
  return (await fillIn(given, await composeRequest(given), { models, codec })).body;
}

describe('what depends on the model', () => {
  test('is its size and guidance: those of the bundled one are its own', async () => {
    expect(await filled('a', '--model', 'stickers')).toMatchObject({ width: 128, height: 128, cfg_scale: 4.5 });
    expect(await filled('a', '--model', 'pico')).toMatchObject({ cfg_scale: 7 });
  });

  test('is left as it was told', async () => {
    const told = await filled('a', '--model', 'stickers', '--width', '64', '--cfg', '3');
    expect(told).toMatchObject({ width: '64', height: 128, cfg_scale: '3' });
  });

  test('is the size of a picture to start from', async () => {
    const told = await filled('a', '--model', 'stickers', '--init', join(root, 'init.png'));
    expect(told).toMatchObject({ width: 264, height: 104 });
    const part = await filled(
      ...['a', '--model', 'stickers', '--init', join(root, 'init.png')],
      ...['--mask', join(root, 'init.png'), '--only-masked'],
    );
    expect(part).toMatchObject({ width: 128, height: 128 });
  });
});

describe('models', () => {
  test.each([
    ['--model', 'sd_model_checkpoint', 'nowhere'],
    ['--vae', 'sd_vae', 'nowhere'],
  ])('%s of an unknown name is refused', async (option, field, name) => {
    await expect(filled('a', option, name)).rejects.toMatchObject({ name: 'RequestError', field });
  });

  test.each(['refiner_checkpoint', 'hr_checkpoint_name'])('%s of an unknown name is refused as that', async (field) => {
    await expect(filled('a', '--set', `${field}=nowhere`)).rejects.toMatchObject({ name: 'RequestError', field });
  });

  test.each(['refiner_checkpoint', 'hr_checkpoint_name'])('%s of another kind says what it is', async (field) => {
    const file = join(root, 'models', 'Lora', 'style.safetensors');
    await expect(filled('a', '--set', `${field}=style`)).rejects.toMatchObject({
      name: 'RequestError',
      field,
      message: expect.stringMatching(/: "style" is no checkpoint but a .*LoRA/) as unknown,
      hint: expect.stringContaining('<lora:') as unknown,
    });
    await expect(filled('a', '--set', `${field}=${file}`)).rejects.toMatchObject({
      name: 'ModelError',
      hint: expect.stringContaining('<lora:') as unknown,
    });
  });

  test('a file of another kind says how it is used', async () => {
    await expect(filled('a', '--model', join(root, 'models', 'Lora', 'style.safetensors'))).rejects.toMatchObject({
      name: 'ModelError',
      hint: expect.stringContaining('<lora:') as unknown,
    });
    await expect(
      filled('a', '--model', join(root, 'models', 'Stable-diffusion', 'tower.safetensors')),
    ).rejects.toMatchObject({ name: 'ModelError', hint: expect.stringContaining('--text-encoder') as unknown });
  });

  test.each([
    ['style', '<lora:'],
    ['tower', '--text-encoder'],
  ])('--vae of %s says how it is used', async (name, use) => {
    const folder = name === 'style' ? 'Lora' : 'Stable-diffusion';
    await expect(filled('a', '--vae', join(root, 'models', folder, `${name}.safetensors`))).rejects.toMatchObject({
      name: 'ModelError',
      hint: expect.stringContaining(use) as unknown,
    });
  });

  test('that of a picture which is not there asks for another', async () => {
    const infotext = 'a\nSteps: 2, Sampler: Euler, CFG scale: 7, Seed: 1, Size: 64x64, Model: nowhere';
    await expect(filled('--from', infotext)).rejects.toMatchObject({ field: '--from' });
    expect(await filled('--from', infotext, '--model', 'pico')).toMatchObject({ width: 64 });
  });
});

test('a request is complete and its pictures are looked at', async () => {
  const given = readArguments(['a', '--init', join(root, 'init.png')], PICTURE_OPTIONS);
  const composed = await composeRequest(given);
  const seen: (string | undefined)[] = [];
  const looking = {
    ...codec,
    decode: async (bytes: Uint8Array, name?: string) => (seen.push(name), codec.decode(bytes)),
  };
  const { request, checkpoint } = await readRequestFor(given, composed, { models, codec: looking });
  expect(request).toMatchObject({ kind: 'img2img', width: 264, denoising_strength: 0.75 });
  expect(checkpoint.stem).toBe('pico');
  expect(seen).toContain('init_images[0]');
});
