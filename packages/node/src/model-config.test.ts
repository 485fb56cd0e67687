import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { configOf } from './model-config.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-config-'));
});
afterAll(async () => rm(folder, { recursive: true }));

test('the configuration beside a checkpoint is that of its name', async () => {
  await writeFile(join(folder, 'one.v2.yaml'), 'model:\n  params:\n    parameterization: v\n');
  expect(await configOf(join(folder, 'one.v2.safetensors'))).toEqual({
    prediction: 'v',
    zeroTerminal: false,
    name: 'one.v2.yaml',
  });
  expect(await configOf(join(folder, 'one.safetensors'))).toBeUndefined();
  expect(await configOf(join(folder, 'nowhere', 'one.ckpt'))).toBeUndefined();
});

test('one that cannot be read is told', async () => {
  await writeFile(join(folder, 'broken.yaml'), 'model: [1, 2');
  await expect(configOf(join(folder, 'broken.ckpt'))).rejects.toMatchObject({ name: 'FormatError' });
});
