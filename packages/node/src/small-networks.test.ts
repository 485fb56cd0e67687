import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Picture } from '@graft/core/image';
import { generate, readRequest, type GeneratedPicture } from '@graft/core/pipeline';
import { madeUpTaesd, testRuntime } from '@graft/core/testing/vitest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createContext } from './cli/generate/context.ts';
import { extend } from './extension/registry.ts';
import { imageCodec } from './images.ts';
import { openLibrary } from './library.ts';
import { localModels } from './model-source.ts';
import { localSmallNetworks } from './small-networks.ts';
import { writeMadeFile } from './testing/vitest/made-file.ts';

const PICO = fileURLToPath(new URL('../../../fixtures/models/pico.safetensors', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'graft-small-'));
afterAll(() => rmSync(root, { recursive: true }));

const webui = (name: string): string => join(root, name);
const { decoder, encoder } = madeUpTaesd();
const whole = Object.fromEntries(Object.entries(encoder).map(([name, values]) => [`encoder.layers.${name}`, values]));

beforeAll(async () => {
  for (const name of ['with', 'without', 'damaged']) {
    const checkpoints = join(webui(name), 'models', 'Stable-diffusion');
    mkdirSync(checkpoints, { recursive: true });
    symlinkSync(PICO, join(checkpoints, 'pico.safetensors'));
  }
  await writeMadeFile(join(webui('with'), 'models', 'VAE-taesd', 'taesd_decoder.safetensors'), decoder);
  await writeMadeFile(
    join(webui('with'), 'models', 'VAE-approx', 'taesd', 'diffusion_pytorch_model.safetensors'),
    whole,
  );
  mkdirSync(join(webui('damaged'), 'models', 'VAE-taesd'));
  writeFileSync(join(webui('damaged'), 'models', 'VAE-taesd', 'taesd_decoder.pth'), 'not what it was');
  copyFileSync(
    join(webui('with'), 'models', 'VAE-taesd', 'taesd_decoder.safetensors'),
    join(webui('without'), 'taesd_decoder.safetensors'),
  );
});

async function draw(
  name: string,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly one: GeneratedPicture; readonly previews: readonly Picture[] }> {
  const library = await openLibrary({ roots: [webui(name)], cache: join(root, 'cache') });
  const models = localModels({ runtime: testRuntime(), library });
  const context = createContext({ models, registry: extend([]), codec: imageCodec(), styles: [] });
  const body = { prompt: 'a cat', width: 32, height: 32, steps: 3, seed: 1, override_settings: settings };
  const previews: Picture[] = [];
  try {
    const hooks = {
      onProgress: ({ preview }: { preview(): Promise<Picture> }) => void preview().then((made) => previews.push(made)),
    };
    for await (const one of generate(
      readRequest('txt2img', body, () => new Uint8Array()),
      context,
      hooks,
    ))
      return { one, previews };
    throw new Error('nothing was drawn');
  } finally {
    await models.close();
  }
}

describe('small networks of a library', () => {
  test('are found by the names of the webui and by the folders of diffusers', async () => {
    const library = await openLibrary({ roots: [webui('with')], cache: join(root, 'cache') });
    const find = localSmallNetworks(library, { file: async (path) => ({ path }) as never });
    expect(await find('taesd-decoder', 'sd')).toMatchObject({
      path: expect.stringMatching(/taesd_decoder\.safetensors$/) as unknown,
    });
    expect(await find('taesd-encoder', 'sd')).toMatchObject({
      path: expect.stringMatching(/diffusion_pytorch_model\.safetensors$/) as unknown,
    });
    expect(await find('taesd-decoder', 'sdxl')).toBeUndefined();
    expect(await find('approx-nn', 'sd')).toBeUndefined();
  });

  test('make previews where they are there; the picture stays what it is', async () => {
    const [sharp, rough] = [await draw('with'), await draw('without')];
    expect(sharp.previews.at(-1)).toMatchObject({ width: 32, height: 32 });
    expect(rough.previews.at(-1)).toMatchObject({ width: 4, height: 4 });
    expect(sharp.one.picture).toEqual(rough.one.picture);
    expect(sharp.one.notes).toEqual([]);
    const asked = await draw('with', { sd_vae_decode_method: 'TAESD' });
    expect(asked.one.infotext).toContain('VAE Decoder: TAESD');
    expect(asked.one.picture).toEqual(sharp.previews.at(-1));
    expect(asked.one.picture).not.toEqual(sharp.one.picture);
  });

  test('that are damaged leave previews rough, with one note; what needs them is refused', async () => {
    const { one, previews } = await draw('damaged');
    expect(previews.at(-1)).toMatchObject({ width: 4, height: 4 });
    expect(one.notes).toMatchObject([expect.stringContaining('taesd_decoder.pth')]);
    await expect(draw('damaged', { sd_vae_decode_method: 'TAESD' })).rejects.toMatchObject({ code: 'format' });
    await expect(draw('without', { sd_vae_decode_method: 'TAESD' })).rejects.toMatchObject({
      name: 'RequestError',
      field: 'sd_vae_decode_method',
    });
  });
});
