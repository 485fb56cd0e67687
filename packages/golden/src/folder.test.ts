import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openFolder } from './folder.ts';

const root = mkdtempSync(join(tmpdir(), 'graft-golden-'));
afterAll(() => rmSync(root, { recursive: true }));

/** A folder of areas with one area, `area`, that holds one case and one file of tensors. */
function fixtures(name: string): string {
  const path = join(root, name);
  mkdirSync(join(path, 'area'), { recursive: true });
  writeFileSync(join(path, 'area', 'index.json'), JSON.stringify({ cases: [{ id: 'one' }] }));
  const header = JSON.stringify({
    __metadata__: { made: 'by hand' },
    a: { dtype: 'F32', shape: [1, 2], data_offsets: [0, 8] },
    b: { dtype: 'F16', shape: [2], data_offsets: [8, 12] },
    c: { dtype: 'X9', shape: [1], data_offsets: [12, 13] },
  });
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const data = Buffer.concat([
    Buffer.from(Float32Array.of(1.5, -2).buffer),
    Buffer.from(Uint16Array.of(0x3c00, 0xc000).buffer),
    Buffer.of(1),
  ]);
  writeFileSync(join(path, 'area', 'cases.safetensors'), Buffer.concat([length, Buffer.from(header), data]));
  return path;
}

describe('openFolder', () => {
  test('reads the index, files, and tensors as float32', async () => {
    const path = fixtures('plain');
    const folder = await openFolder(path, 'area', '/own');
    expect(folder.path).toBe(join(path, 'area'));
    expect(folder.index).toEqual({ cases: [{ id: 'one' }] });
    expect(await folder.tensor('cases.safetensors#a')).toEqual({ shape: [1, 2], data: Float32Array.of(1.5, -2) });
    expect(await folder.tensor('cases.safetensors#b')).toEqual({ shape: [2], data: Float32Array.of(1, -2) });
    expect(JSON.parse(Buffer.from(await folder.bytes('index.json')).toString())).toEqual(folder.index);
  });

  test('takes models that come with the cases, else our own', async () => {
    const path = fixtures('models');
    expect((await openFolder(path, 'area', '/own')).models).toBe(join('/own', 'models'));
    mkdirSync(join(path, 'models'));
    expect((await openFolder(path, 'area', '/own')).models).toBe(join(path, 'models'));
  });

  test('says which tensor is not there', async () => {
    const folder = await openFolder(fixtures('missing'), 'area', '/own');
    for (const name of ['d', 'c', '__metadata__', '']) {
      await expect(folder.tensor(`cases.safetensors#${name}`)).rejects.toThrow(`cases.safetensors#${name}`);
    }
    await expect(folder.tensor('other.safetensors#a')).rejects.toThrow('other.safetensors');
    await expect(openFolder(root, 'missing', '/own')).rejects.toThrow();
  });
});
