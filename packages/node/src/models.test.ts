import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { isFileSource } from './files.ts';
import { openModel } from './models.ts';

const root = mkdtempSync(join(tmpdir(), 'graft-models-'));
afterAll(() => rmSync(root, { recursive: true }));

describe('openModel', () => {
  test('gives the header and the places of weights in the file, until it is closed', async () => {
    const header = Buffer.from(JSON.stringify({ w: { dtype: 'F16', shape: [2], data_offsets: [0, 4] } }).padEnd(64));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(64n);
    const path = join(root, 'model.safetensors');
    writeFileSync(path, Buffer.concat([length, header, Buffer.of(1, 2, 3, 4)]));
    const model = await openModel(path);
    expect(model.file.name).toBe('model.safetensors');
    const ref = model.weights.get('w')!;
    expect(ref).toMatchObject({ dtype: 'F16', shape: [2], offset: 72, length: 4 });
    expect(isFileSource(ref.store)).toBe(true);
    expect(await ref.store.read(72, 76)).toEqual(Uint8Array.of(1, 2, 3, 4));
    await model.close();
    await model.close();
    await expect(ref.store.read(72, 76)).rejects.toMatchObject({ name: 'SdError', code: 'file' });
  });

  test('refuses a file that is not there, and one that is no model', async () => {
    await expect(openModel(join(root, 'missing.safetensors'))).rejects.toMatchObject({ name: 'SdError', code: 'file' });
    writeFileSync(join(root, 'page.safetensors'), '<!DOCTYPE html><html></html>');
    await expect(openModel(join(root, 'page.safetensors'))).rejects.toMatchObject({
      name: 'FormatError',
      fault: 'not-a-model',
    });
  });
});
