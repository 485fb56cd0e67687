import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { adapterIn, adapterName, peftConfigOf } from './adapter-folder.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'graft-adapter-folder-'));
});
afterEach(() => rmSync(root, { recursive: true }));

/** Writes files, and gives the path of the first. */
function write(files: Readonly<Record<string, string>>): string {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return join(root, Object.keys(files)[0]!);
}

const CONFIG = { 'a/adapter_config.json': '{"r":4}' };

describe('adapterName', () => {
  test.each([
    ['/l/cat/adapter_model.safetensors', 'cat'],
    ['/l/cat/pytorch_lora_weights.bin', 'cat'],
    ['/hub/models--me--cat/snapshots/0123/adapter_model.bin', 'cat'],
    ['/l/cat/v1.5.safetensors', 'v1.5'],
    ['/l/cat/my_adapter_model.safetensors', 'my_adapter_model'],
  ])('%s is %s', (path, name) => {
    expect(adapterName(path)).toBe(name);
  });
});

describe('adapterIn', () => {
  test('is the file with the usual name, safetensors first', () => {
    const file = write({ 'a/adapter_model.safetensors': '', 'a/adapter_model.bin': '', 'a/z.safetensors': '' });
    expect(adapterIn(join(root, 'a'))).toBe(file);
  });

  test('is the only model file beside a configuration', () => {
    const file = write({ 'a/renamed.safetensors': '', ...CONFIG });
    expect(adapterIn(join(root, 'a'))).toBe(file);
    write({ 'a/other.safetensors': '' });
    expect(adapterIn(join(root, 'a'))).toBeUndefined();
  });

  test('is nothing in other folders, pipelines, files and where nothing is', () => {
    const file = write({ 'a/x.safetensors': '', 'b/adapter_model.safetensors': '', 'b/model_index.json': '{}' });
    for (const path of ['a', 'b', 'nothing']) expect(adapterIn(join(root, path))).toBeUndefined();
    expect(adapterIn(file)).toBeUndefined();
  });
});

describe('peftConfigOf', () => {
  test('belongs to the file with its name, whatever lies beside it', async () => {
    const file = write({ 'a/adapter_model.safetensors': '', 'a/z.safetensors': '', ...CONFIG });
    expect(await peftConfigOf(file)).toEqual({ r: 4 });
    expect(await peftConfigOf(join(root, 'a/z.safetensors'))).toBeUndefined();
  });

  test('belongs to the only model file', async () => {
    expect(await peftConfigOf(write({ 'a/renamed.safetensors': '', ...CONFIG }))).toEqual({ r: 4 });
    expect(await peftConfigOf(write({ 'b/renamed.safetensors': '' }))).toBeUndefined();
  });

  test.each(['{bad', '[]'])('%s is refused by the name of its folder', async (text) => {
    const file = write({ 'a/adapter_model.bin': '', 'a/adapter_config.json': text });
    await expect(peftConfigOf(file)).rejects.toMatchObject({
      code: 'format',
      source: join('a', 'adapter_config.json'),
    });
  });
});
