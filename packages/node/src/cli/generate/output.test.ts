import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { checkTarget, planOutput, type Output, type OutputWish } from './output.ts';

let folder = '';
const folders: string[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-output-'));
  folders.push(folder);
});
afterAll(async () => {
  for (const path of folders) await rm(path, { recursive: true });
});

const plan = (wish: Partial<OutputWish>, count = 1): Promise<Output> =>
  planOutput({ output: undefined, format: undefined, quality: undefined, ...wish }, count);
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe('in a folder', () => {
  test('takes the next free names and writes over nothing', async () => {
    await writeFile(join(folder, 'out.png'), 'mine');
    const output = await plan({ output: folder }, 2);
    const paths = [await output.save(bytes(1), 0), await output.save(bytes(2), 1), await output.saveGrid(bytes(3))];
    expect(paths).toEqual(['out-2.png', 'out-3.png', 'out-grid.png'].map((name) => join(folder, name)));
    expect(await readFile(join(folder, 'out.png'), 'utf8')).toBe('mine');
    expect(await readdir(folder)).toHaveLength(4);
  });

  test('two at once never take one name', async () => {
    const outputs = await Promise.all(Array.from({ length: 8 }, () => plan({ output: `${folder}/` })));
    const paths = await Promise.all(outputs.map((output, i) => output.save(bytes(i), 0)));
    expect(new Set(paths).size).toBe(8);
  });
});

describe('under a name', () => {
  test('writes over what is there', async () => {
    const path = join(folder, 'a.png');
    await writeFile(path, 'older');
    const output = await plan({ output: path });
    expect(await output.save(bytes(1), 0)).toBe(path);
    expect(new Uint8Array(await readFile(path))).toEqual(bytes(1));
    expect(await readdir(folder)).toEqual(['a.png']);
  });

  test('numbers several', async () => {
    const output = await plan({ output: join(folder, 'a.b.jpg') }, 2);
    expect(output.format).toBe('jpeg');
    expect(await output.save(bytes(1), 1)).toBe(join(folder, 'a.b-2.jpg'));
    expect(await output.saveGrid(bytes(1))).toBe(join(folder, 'a.b-grid.jpg'));
  });

  test.each([
    ['a', undefined, 'png', 'a.png'],
    ['a.WEBP', undefined, 'webp', 'a.WEBP'],
    ['UP.Jpeg', 'jpg', 'jpeg', 'UP.Jpeg'],
    ['a.v2', 'jpg', 'jpeg', 'a.v2.jpg'],
    ['a', 'webp', 'webp', 'a.webp'],
  ])('%s with format %s is a %s', async (name, format, expected, file) => {
    const output = await plan({ output: join(folder, name), format });
    expect(output.format).toBe(expected);
    expect(await output.save(bytes(1), 0)).toBe(join(folder, file));
  });
});

test.each<[Partial<OutputWish>, string]>([
  [{ output: 'a.gif' }, '--output'],
  [{ output: '' }, '--output'],
  [{ output: ' ' }, '--output'],
  [{ output: '-' }, '--output'],
  [{ output: 'a.png', format: 'jpeg' }, '--format'],
  [{ format: 'tga' }, '--format'],
  [{ format: 'jpeg', quality: '101' }, '--quality'],
  [{ format: 'jpeg', quality: 'best' }, '--quality'],
  [{ quality: '80' }, '--quality'],
])('refuses %j', async (wish, field) => {
  await expect(plan(wish)).rejects.toMatchObject({ name: 'RequestError', field });
});

test('refuses folders that cannot take a file', async () => {
  await expect(plan({ output: join(folder, 'none', 'a.png') })).rejects.toMatchObject({ code: 'file' });
  await expect(plan({ output: `${join(folder, 'none')}/` })).rejects.toMatchObject({ code: 'file' });
  await writeFile(join(folder, 'file'), '');
  await expect(plan({ output: join(folder, 'file', 'a.png') })).rejects.toMatchObject({
    code: 'file',
    hint: expect.any(String) as unknown,
  });
});

test('refuses names that are longer than files can have', async () => {
  const long = (letters: number): string => join(folder, 'a'.repeat(letters));
  await expect(plan({ output: long(300) })).rejects.toMatchObject({ code: 'file' });
  // It has room for the ending alone.
  await expect(plan({ output: long(250) }, 2)).rejects.toMatchObject({ code: 'file' });
  const output = await plan({ output: join(folder, '猫'.repeat(80)) });
  expect(await output.save(bytes(1), 0)).toBe(join(folder, `${'猫'.repeat(80)}.png`));
});

test('tells how a format and a name fit', async () => {
  await expect(plan({ output: join(folder, 'a.png'), format: 'jpeg' })).rejects.toMatchObject({
    field: '--format',
    hint: expect.stringContaining('.jpg') as unknown,
  });
});

test.runIf(process.platform !== 'win32')('refuses devices', async () => {
  await expect(plan({ output: '/dev/null' })).rejects.toMatchObject({ field: '--output' });
  expect(() => checkTarget('/dev/null', '--preview')).toThrowError(expect.objectContaining({ field: '--preview' }));
});

// Nobody may make files there, and no permission says so to root.
test.runIf(process.platform === 'linux')('refuses folders of the system', async () => {
  await expect(plan({ output: '/proc/a.png' })).rejects.toMatchObject({ code: 'file', at: '/proc' });
});

test('the check leaves nothing behind', async () => {
  await plan({ output: join(folder, 'a.png') });
  expect(await readdir(folder)).toEqual([]);
});

test('a name that becomes a folder meanwhile leaves nothing behind', async () => {
  const output = await plan({ output: join(folder, 'a.png') });
  await mkdir(join(folder, 'a.png'));
  await expect(output.save(bytes(1), 0)).rejects.toMatchObject({ code: 'file' });
  expect(await readdir(folder)).toEqual(['a.png']);
});
