import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { fileError, fileSource, isFileSource, statOf, writeFileAtomically } from './files.ts';

let folder = '';
const folders: string[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-files-'));
  folders.push(folder);
});
afterAll(async () => {
  for (const path of folders) await rm(path, { recursive: true });
});

const asRoot = process.getuid?.() === 0;
const BYTES = Uint8Array.from({ length: 1000 }, (_, i) => i);

describe('fileSource', () => {
  test('reads ranges', async () => {
    const path = join(folder, 'a.bin');
    await writeFile(path, BYTES);
    const source = await fileSource(path);
    expect(source).toMatchObject({ name: 'a.bin', size: 1000, path });
    expect(isFileSource(source)).toBe(true);
    expect(await source.read(998, 1000)).toEqual(BYTES.subarray(998));
    expect(await source.read(1000, 1000)).toHaveLength(0);
    for (const [start, end] of [
      [0, 1001],
      [-1, 2],
      [5, 4],
      [0.5, 1],
    ] as const)
      await expect(source.read(start, end)).rejects.toMatchObject({ name: 'FormatError', fault: 'truncated' });
    await source.close();
    await source.close();
    await expect(source.read(0, 1)).rejects.toMatchObject({ code: 'file' });
  });

  test.each<[string, () => Promise<string>]>([
    ['a missing file', async () => join(folder, 'none')],
    ['a folder', async () => folder],
    ['a path through a file', async () => (await writeFile(join(folder, 'f'), ''), join(folder, 'f', 'g'))],
  ])('refuses %s', async (_, path) => {
    const at = await path();
    await expect(fileSource(at)).rejects.toMatchObject({ name: 'SdError', code: 'file', at });
  });

  test.each<[string, (path: string) => Promise<void>]>([
    ['shortened', async (path) => truncate(path, 10)],
    ['written to', async (path) => (await writeFile(path, BYTES), utimes(path, 1, 1))],
  ])('notices that its file was %s', async (_, change) => {
    const path = join(folder, 'a.bin');
    await writeFile(path, BYTES);
    const source = await fileSource(path);
    source.check();
    await change(path);
    await expect(source.read(0, 1000)).rejects.toMatchObject({ code: 'file' });
    expect(() => source.check()).toThrow('changed while it was being read');
    await source.close();
  });

  test.each<[string, string, (path: string) => Promise<void>]>([
    ['removed', 'does not exist', rm],
    [
      'replaced',
      'changed while',
      async (path) => (await writeFile(`${path}2`, new Uint8Array(10)), rename(`${path}2`, path)),
    ],
  ])('reads on when its file was %s, and tells who asks for its path', async (_, why, change) => {
    const path = join(folder, 'a.bin');
    await writeFile(path, BYTES);
    const source = await fileSource(path);
    await change(path);
    expect(await source.read(0, 2)).toEqual(BYTES.subarray(0, 2));
    expect(() => source.check()).toThrow(why);
    await source.close();
  });

  test('reads into memory that it is given', async () => {
    const path = join(folder, 'a.bin');
    await writeFile(path, BYTES);
    const source = await fileSource(path);
    const into = new Uint8Array(10);
    const read = await source.read(2, 6, into);
    expect([read.buffer, read.length]).toEqual([into.buffer, 4]);
    expect(into).toEqual(Uint8Array.of(...BYTES.subarray(2, 6), 0, 0, 0, 0, 0, 0));
    await source.close();
  });

  test('looks after its file for many reads at once', async () => {
    const path = join(folder, 'a.bin');
    await writeFile(path, BYTES);
    const source = await fileSource(path);
    const all = Array.from({ length: 40 }, (_, i) => source.read(i, i + 1));
    expect(Buffer.concat(await Promise.all(all))).toEqual(Buffer.from(BYTES.subarray(0, 40)));
    await truncate(path, 100);
    for (const one of await Promise.allSettled(all.map((__, i) => source.read(i, i + 1))))
      expect(one.status).toBe('rejected');
    await source.close();
  });
});

describe('writeFileAtomically', () => {
  test('writes all chunks and replaces an older file', async () => {
    const path = join(folder, 'a.bin');
    await writeFile(path, 'older and longer than the new one');
    await writeFileAtomically(path, [BYTES.subarray(0, 2), new Uint8Array(), BYTES.subarray(2, 5)]);
    expect(new Uint8Array(await readFile(path))).toEqual(BYTES.subarray(0, 5));
    expect(await readdir(folder)).toEqual(['a.bin']);
  });

  test('leaves the older file and nothing else when the content fails', async () => {
    const path = join(folder, 'a.bin');
    await writeFile(path, 'older');
    const failing = (async function* () {
      yield BYTES;
      throw new Error('no more');
    })();
    await expect(writeFileAtomically(path, failing)).rejects.toThrow('no more');
    expect(await readFile(path, 'utf8')).toBe('older');
    expect(await readdir(folder)).toEqual(['a.bin']);
  });

  test('refuses a folder that is not there, and a name that is a folder', async () => {
    await expect(writeFileAtomically(join(folder, 'none', 'a'), [BYTES])).rejects.toMatchObject({ code: 'file' });
    await mkdir(join(folder, 'd', 'e'), { recursive: true });
    await expect(writeFileAtomically(join(folder, 'd'), [BYTES])).rejects.toMatchObject({ code: 'file' });
    expect(await readdir(folder)).toEqual(['d']);
  });

  test('refuses a folder that may not be written', async () => {
    const locked = join(folder, 'locked');
    await mkdir(locked);
    await chmod(locked, 0o500);
    const writing = writeFileAtomically(join(locked, 'a'), [BYTES]);
    // Root may write anywhere.
    if (asRoot) await writing;
    else await expect(writing).rejects.toMatchObject({ code: 'file' });
    await chmod(locked, 0o700);
  });
});

test.each(['gone', 'a/b', 'x'.repeat(5000), 'nul\0'])('nothing is at %j', async (name) => {
  await writeFile(join(folder, 'a'), BYTES);
  expect(statOf(join(folder, 'a'))!.isFile()).toBe(true);
  expect(statOf(join(folder, name))).toBeUndefined();
});

test.each([
  ['ENOSPC', 'the disk is full'],
  ['EACCES', 'no permission'],
  ['EXYZ', 'cannot be written (EXYZ)'],
])('%s reads "%s"', (code, message) => {
  const error = fileError('f', 'write', Object.assign(new Error('low level'), { code }));
  expect(error).toMatchObject({ code: 'file', at: 'f', message: `f: ${message}` });
});
