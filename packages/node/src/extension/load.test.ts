import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { loadExtension } from './load.ts';

const folder = mkdtempSync(join(tmpdir(), 'graft-extensions-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

const named = (name: string): string => `export const extension = { apiVersion: 1, name: '${name}' };`;
write('one.mjs', named('file'));
write('common.cjs', `exports.extension = { apiVersion: 1, name: 'common' };`);
write(
  'package/package.json',
  JSON.stringify({ type: 'module', main: 'other.js', exports: { '.': { import: './in.js' } } }),
);
write('package/in.js', named('package'));
write('node_modules/graft-x/package.json', JSON.stringify({ type: 'module', main: './lib/x.js' }));
write('node_modules/graft-x/lib/x.js', named('installed'));
write('node_modules/@me/graft-y/package.json', JSON.stringify({ type: 'module', exports: './y.js' }));
write('node_modules/@me/graft-y/y.js', named('scoped'));
write('old.mjs', `export const extension = { apiVersion: 9, name: 'old' };`);
write('broken.mjs', `export const extension = ;`);
write('throws.mjs', `throw new Error('no licence');`);
write('nothing.mjs', `export const other = 1;`);
mkdirSync(join(folder, 'empty'));
mkdirSync(join(folder, 'deep', 'er'), { recursive: true });

describe('loadExtension', () => {
  test.each([
    ['./one.mjs', 'file'],
    ['one.mjs', 'file'],
    [join(folder, 'one.mjs'), 'file'],
    ['./common.cjs', 'common'],
    ['./package', 'package'],
    ['graft-x', 'installed'],
    ['@me/graft-y', 'scoped'],
  ])('%s', async (name, found) => {
    expect((await loadExtension(name, folder)).name).toBe(found);
  });

  test('packages of the folders above are found', async () => {
    expect((await loadExtension('graft-x', join(folder, 'deep', 'er'))).name).toBe('installed');
  });

  test.each([
    ['./missing.mjs', 'missing'],
    ['./empty', 'empty'],
    ['graft-missing', 'graft-missing'],
    ['./old.mjs', 'version 9'],
    ['./nothing.mjs', 'no object called extension'],
    ['./broken.mjs', 'broken.mjs'],
    ['./throws.mjs', 'no licence'],
  ])('%s is refused with what is wrong', async (name, told) => {
    await expect(loadExtension(name, folder)).rejects.toMatchObject({
      code: 'request',
      field: 'extension',
      message: expect.stringContaining(told) as unknown,
    });
  });
});
