import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openModel } from '@graft/node';
import { numbers, writeHalves } from './half-file.ts';

test('a file of halves is read as it was filled', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'graft-halves-'));
  const path = join(folder, 'a.safetensors');
  const shapes = new Map([
    ['one', { shape: [2, 3] }],
    ['none', { shape: [] }],
  ]);
  expect(writeHalves(path, shapes, (into, name) => void into.fill(name === 'one' ? 0x3c00 : 0x4000))).toBe(14);
  const model = await openModel(path);
  const read = async (name: string): Promise<number[]> => [...(await model.file.tensors.get(name)!.read())];
  expect(await read('one')).toEqual(new Array(6).fill([0x00, 0x3c]).flat());
  expect(await read('none')).toEqual([0x00, 0x40]);
  expect(readFileSync(path).length % 2).toBe(0);
  await model.close();
  rmSync(folder, { recursive: true });
});

test('seeded numbers are the same again', () => {
  const [a, b] = [numbers(1), numbers(1)];
  for (let i = 0; i < 5; i++) expect(a()).toBe(b());
});
