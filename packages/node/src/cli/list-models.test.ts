import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tensor } from '@graft/core/tensor';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeMadeFile } from '../testing/vitest/made-file.ts';
import { columnsOf } from './columns.ts';
import { describeLibrary } from './list-models.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-list-'));
  await mkdir(join(folder, 'models', 'Lora'), { recursive: true });
  await writeFile(join(folder, 'models', 'Lora', 'bro\u001bken.safetensors'), 'no model');
});
afterAll(async () => rm(folder, { recursive: true }));

test('lists what can be used by kind, and what is wrong with the rest', async () => {
  const { text, events } = await describeLibrary({ root: folder });
  expect(text).toMatch(/^Checkpoints\n {2}\S/);
  expect(text).toMatch(/Not usable\n {2}bro\\x1bken\.safetensors: /);
  expect(events.every(({ event }) => event === 'model')).toBe(true);
});

test('of a kind it shows what is wrong in its folders, and links that lead nowhere', async () => {
  const root = join(folder, 'links');
  await mkdir(join(root, 'Lora'), { recursive: true });
  await mkdir(join(root, 'VAE'));
  await writeFile(join(root, 'VAE', 'other.pt'), 'no model');
  await symlink(join(root, 'gone.safetensors'), join(root, 'Lora', 'link.safetensors'));
  const { text, events } = await describeLibrary({ root, type: 'lora' });
  expect(text).toMatch(/^Not usable\n {2}link\.safetensors: is a link to a file that is not there\n$/);
  expect(events).toMatchObject([{ file: 'link.safetensors', usual: 'adapter' }]);
  await writeFile(join(root, 'gone.safetensors'), 'no model');
  expect((await describeLibrary({ root, type: 'lora' })).text).not.toContain('not there');
});

describe('a folder in which nothing is looked for is told', () => {
  const notesOf = async (...parts: readonly string[]): Promise<readonly string[]> =>
    (await describeLibrary({ root: join(folder, ...parts) })).notes;

  test('with what is looked for', async () => {
    await mkdir(join(folder, 'hollow'));
    expect(await notesOf('hollow')).toEqual([expect.stringContaining('models/Lora')]);
    expect(await notesOf()).toEqual([]);
  });

  test('with the place of the files that lie in it', async () => {
    await mkdir(join(folder, 'flat'));
    for (const name of ['a.safetensors', 'b.pt', 'c.txt']) await writeFile(join(folder, 'flat', name), 'x');
    expect(await notesOf('flat')).toEqual([expect.stringMatching(/^2 model files lie in .*models\/Lora/)]);
  });

  test('with the folder above one of the layout', async () => {
    expect(await notesOf('models', 'Lora')).toEqual([
      expect.stringMatching(/^1 model file lies .* above models\/Lora/),
    ]);
  });
});

test('wide names leave columns straight', async () => {
  const root = join(folder, 'wide');
  for (const name of ['水墨画风格', '🦊', 'plain']) {
    await writeMadeFile(join(root, 'models', 'Lora', `${name}.safetensors`), {
      'lora_unet_conv_in.lora_down.weight': tensor([1, 4, 3, 3]),
      'lora_unet_conv_in.lora_up.weight': tensor([320, 1, 1, 1]),
    });
  }
  const { text } = await describeLibrary({ root, type: 'lora' });
  const rows = text.split('\n').filter((line) => line.includes('LoRA') && line.startsWith(' '));
  expect(rows).toHaveLength(3);
  expect(new Set(rows.map((row) => columnsOf(row.slice(0, row.indexOf('LoRA'))))).size).toBe(1);
});

test('a very long name does not push the columns of others out of sight', async () => {
  const root = join(folder, 'long');
  for (const name of ['x'.repeat(200), 'plain']) {
    await writeMadeFile(join(root, 'models', 'Lora', `${name}.safetensors`), {
      'lora_unet_conv_in.lora_down.weight': tensor([1, 4, 3, 3]),
      'lora_unet_conv_in.lora_up.weight': tensor([320, 1, 1, 1]),
    });
  }
  const { text } = await describeLibrary({ root, type: 'lora' });
  expect(text).toMatch(/^ {2}plain +LoRA/m);
  expect(columnsOf(text.split('\n').find((line) => line.includes('plain'))!)).toBeLessThan(120);
  expect(text).toMatch(/^ {2}x{200} {2}LoRA/m);
});

test.each(['lora', 'LoRAs', 'lycoris', 'adapters'])('%s names adapters', async (type) => {
  const { events } = await describeLibrary({ root: folder, type });
  expect(events.map(({ usual }) => usual)).toEqual(events.map(() => 'adapter'));
  expect(events).not.toHaveLength(0);
});

test('files of one name are told apart by their folders', async () => {
  const root = join(folder, 'twins');
  const layer = {
    'lora_unet_conv_in.lora_down.weight': tensor([1, 4, 3, 3]),
    'lora_unet_conv_in.lora_up.weight': tensor([320, 1, 1, 1]),
  };
  const files = ['Lora/one', 'Lora/twin', 'Lora/a/twin', 'Lora/b/twin', 'Lora/c/same', 'LyCORIS/c/same'];
  for (const file of files) await writeMadeFile(join(root, 'models', `${file}.safetensors`), layer);
  const { text, events } = await describeLibrary({ root, type: 'lora' });
  const names = text.split('\n').flatMap((line) => /^ {2}(\S+)/.exec(line)?.[1] ?? []);
  const path = (kind: string): string => join(root, 'models', kind, 'c', 'same.safetensors');
  expect(events.map(({ name }) => name)).toEqual(names);
  // The stem is that of the last one for the webui.
  expect(names).toEqual(['one', 'twin.safetensors', 'a/twin', 'b/twin', path('Lora'), path('LyCORIS')]);
});

test.each(['checkpoint', 'Checkpoints', 'model'])('%s names a kind', async (type) => {
  const { text, events } = await describeLibrary({ root: folder, type });
  expect(text).not.toContain('Not usable');
  expect(events.map(({ kind }) => kind)).toEqual(events.map(() => 'checkpoint'));
});

test('an empty list says so', async () => {
  expect((await describeLibrary({ root: folder, type: 'hypernetwork' })).text).toMatch(/No models/);
});

test('other kinds are refused, with the nearest', async () => {
  await expect(describeLibrary({ root: folder, type: 'lra' })).rejects.toMatchObject({
    field: '--type',
    hint: expect.stringContaining('lora') as unknown,
  });
});

test.each([
  ['SD1', true],
  ['sd 1.5', true],
  ['sdxl', false],
  ['SDXL refiner', false],
])('of the base %s there are models: %s', async (base, are) => {
  const { events } = await describeLibrary({ root: folder, base });
  expect(events.length > 0).toBe(are);
  expect(events.every(({ bases }) => (bases as readonly string[]).includes('SD1'))).toBe(true);
});

test('a file that fits several bases is listed for each', async () => {
  const root = join(folder, 'several');
  const layer = (name: string): Parameters<typeof writeMadeFile>[1] => ({
    [`${name}.lora_down.weight`]: tensor([1, 640]),
    [`${name}.lora_up.weight`]: tensor([640, 1]),
  });
  await writeMadeFile(join(root, 'Lora', 'kohya.safetensors'), layer('lora_unet_input_blocks_4_1_proj_in'));
  await writeMadeFile(join(root, 'Lora', 'comfy.safetensors'), layer('diffusion_model.input_blocks.4.1.proj_in'));
  for (const base of ['SD1', 'SD2', 'SDXL']) {
    const { text, events } = await describeLibrary({ root, base, type: 'lora' });
    expect(text).toMatch(/comfy .* SD1, SD2, SDXL .*\n.*kohya .* SDXL\? /);
    expect(events).toMatchObject([
      { name: 'comfy', bases: ['SD1', 'SD2', 'SDXL'] },
      { name: 'kohya', bases: ['SDXL'], also: ['SD1', 'SD2'] },
    ]);
  }
  expect((await describeLibrary({ root, base: 'refiner', type: 'lora' })).events).toEqual([]);
});

test('other bases are refused, with the nearest', async () => {
  await expect(describeLibrary({ root: folder, base: 'sd9' })).rejects.toMatchObject({
    field: '--base',
    hint: expect.stringContaining('SD2') as unknown,
  });
});
