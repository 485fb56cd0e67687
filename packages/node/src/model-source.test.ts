import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Checkpoint } from '@graft/core/models';
import { tensor } from '@graft/core/tensor';
import { openLibrary } from './library.ts';
import { localModels, type LocalModels, type LocalModelsOptions } from './model-source.ts';
import { bundledRoot } from './roots.ts';
import { writeMadeFile } from './testing/vitest/made-file.ts';

const PICO = fileURLToPath(new URL('../../../fixtures/models/pico.safetensors', import.meta.url));

let folder = '';
let models: LocalModels;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-models-'));
  const checkpoints = join(folder, 'models', 'Stable-diffusion');
  await mkdir(checkpoints, { recursive: true });
  for (const name of ['first.safetensors', 'second.safetensors']) await symlink(PICO, join(checkpoints, name));
  await writeFile(join(folder, 'other.ckpt'), 'content');
  const library = await openLibrary({ roots: [folder], cache: join(folder, 'cache') });
  // Nothing here gets as far as the engine.
  models = localModels({ runtime: new Promise(() => undefined), library, textEncoder: 'none' });
});
afterAll(async () => {
  await models.close();
  await rm(folder, { recursive: true });
});

/** Uses the models of the folder in another way. */
async function opened<T>(changes: Partial<LocalModelsOptions>, use: (own: LocalModels) => Promise<T>): Promise<T> {
  const library = await openLibrary({ roots: [folder], cache: join(folder, 'cache') });
  const own = localModels({ runtime: new Promise(() => undefined), library, ...changes });
  try {
    return await use(own);
  } finally {
    await own.close();
  }
}

describe('a checkpoint is found', () => {
  test.each([
    ['', 'first'],
    ['second', 'second'],
    ['second.safetensors', 'second'],
    ['second [0123456789]', 'second'],
  ])('by %j', (name, stem) => {
    expect(models.checkpoint(name)).toMatchObject({
      stem,
      path: join(folder, 'models/Stable-diffusion', `${stem}.safetensors`),
    });
  });

  test('by its path, inside of the library and outside', async () => {
    const inside = join(folder, 'models', 'Stable-diffusion', 'second.safetensors');
    expect(models.checkpoint(inside)).toMatchObject({ stem: 'second', path: inside });
    const outside = models.checkpoint(join(folder, 'other.ckpt'));
    expect(outside.stem).toBe('other');
    expect(await outside.hash()).toBe(createHash('sha256').update('content').digest('hex').slice(0, 10));
  });

  test('as a diffusers folder, which has no hash', async () => {
    const path = join(folder, 'pipe.v1');
    await mkdir(path);
    await writeFile(join(path, 'model_index.json'), '{}');
    for (const name of [path, join(path, 'model_index.json')]) {
      const found = models.checkpoint(name);
      expect(found).toMatchObject({ path, stem: 'pipe.v1' });
      expect(await found.hash()).toBeUndefined();
    }
  });

  test('or the nearest names are told, and the path that leads nowhere', () => {
    expect(() => models.checkpoint('secnod')).toThrowError(
      expect.objectContaining({ name: 'RequestError', hint: expect.stringContaining('second') as unknown }),
    );
    expect(() => models.checkpoint(join(folder, 'none.ckpt'))).toThrowError(expect.objectContaining({ code: 'file' }));
    expect(() => models.checkpoint('./none.ckpt')).toThrowError(expect.objectContaining({ code: 'file' }));
  });
});

describe('where none is named', () => {
  const chosen = async (root: string, ...more: readonly string[]): Promise<string> => {
    const library = await openLibrary({ roots: [root, ...more], cache: join(folder, 'cache') });
    return localModels({ runtime: new Promise(() => undefined), library }).checkpoint('').stem;
  };

  test('the first that draws from text by itself is, of the own ones, or else the first', async () => {
    const root = join(folder, 'own');
    const place = join(root, 'Stable-diffusion');
    const parts = { 'input_blocks.0.0.weight': tensor([4, 4, 3, 3]), 'output_blocks.0.0.x': tensor([1]) };
    await writeMadeFile(join(place, 'a.safetensors'), parts);
    await writeMadeFile(join(place, 'b.safetensors'), {
      'model.diffusion_model.input_blocks.0.0.weight': tensor([4, 9, 3, 3]),
    });
    expect(await chosen(root)).toBe('a');
    expect(await chosen(root, bundledRoot()!)).toBe('a');
    await symlink(PICO, join(place, 'c.safetensors'));
    await symlink(PICO, join(place, 'd.safetensors'));
    expect(await chosen(root)).toBe('c');
    expect(await chosen(root, bundledRoot()!)).toBe('c');
  });

  test('in no folder of one’s own, a bundled one is', async () => {
    expect(await chosen(join(folder, 'nothing'), bundledRoot()!)).toBe('stickers');
  });
});

test('the own VAE serves unless another is named, which must be there', async () => {
  const checkpoint = models.checkpoint('');
  for (const wish of ['', 'Automatic', 'None']) expect(await models.vae(checkpoint, wish)).toBeUndefined();
  await expect(models.vae(checkpoint, 'some.vae.pt')).rejects.toMatchObject({ name: 'RequestError' });
  expect(() => models.texts()).toThrowError(expect.objectContaining({ name: 'RequestError' }));
});

describe('the outline of a model', () => {
  const wish = { checkpoint: 'second', vae: '', tiling: false };

  test('needs no engine', async () => {
    const outline = await opened({}, (own) => own.outline(wish));
    expect(outline).toMatchObject({ name: 'second', networks: { conditioning: { base: 'SD1' } } });
  });

  test('names what is no checkpoint', async () => {
    const checkpoint = join(folder, 'other.ckpt');
    await expect(opened({}, (own) => own.outline({ ...wish, checkpoint }))).rejects.toMatchObject({ code: 'format' });
  });
});

test('files are opened once, and what is no model is refused', async () => {
  const { path } = models.checkpoint('');
  expect(await models.file(path)).toBe(await models.file(path));
  await expect(models.file(join(folder, 'other.ckpt'))).rejects.toMatchObject({ code: 'format' });
});

describe('what is loaded', () => {
  const refused = new Error('refused');
  const open = (changes: Partial<LocalModelsOptions>, checkpoint = PICO, vae = 'None'): Promise<unknown> =>
    opened(changes, (own) => own.open({ checkpoint, vae, tiling: false }));
  const checked: string[][] = [];
  const check = (parts: Checkpoint): void => {
    checked.push([...parts.joined().weights.keys()]);
    throw refused;
  };

  test('is checked first, with the text encoders and the VAE in the place of its own', async () => {
    const text = join(folder, 'text.safetensors');
    const hf = {
      'text_model.embeddings.token_embedding.weight': tensor([2, 2]),
      'text_projection.weight': tensor([2, 2]),
    };
    await writeMadeFile(text, hf);
    await expect(open({ check, textEncoder2: text })).rejects.toBe(refused);
    expect(checked.pop()).toContain('conditioner.embedders.1.transformer.text_projection.weight');
    await expect(open({ check })).rejects.toBe(refused);
    expect(checked.pop()).not.toContain('conditioner.embedders.1.transformer.text_projection.weight');
  });

  test('is Stable Diffusion', async () => {
    const flux = join(folder, 'flux.safetensors');
    await writeMadeFile(flux, { 'double_blocks.0.img_attn.qkv.weight': tensor([3, 1]) });
    const other = join(folder, 'ae.safetensors');
    await writeMadeFile(other, { 'decoder.conv_in.weight': tensor([32, 16, 1, 1]) });
    const error = { name: 'ModelError', message: expect.stringContaining('does not draw') as unknown };
    await expect(open({ check }, flux)).rejects.toMatchObject({ ...error, at: 'flux.safetensors' });
    await expect(open({ check }, PICO, other)).rejects.toMatchObject({ ...error, at: 'ae.safetensors' });
    expect(checked).toEqual([]);
  });
});
