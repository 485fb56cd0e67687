import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { loadConfig } from './config.ts';

const root = mkdtempSync(join(tmpdir(), 'graft-config-'));
afterAll(() => rmSync(root, { recursive: true }));
writeFileSync(join(root, 'one.mjs'), `export const extension = { apiVersion: 1, name: 'one' };`);

/** Each under a name of its own: a module is run once. */
let configs = 0;
function config(text: string): string {
  const path = join(root, `${configs++}.mjs`);
  writeFileSync(path, text);
  return path;
}

describe('a configuration', () => {
  test('lists extensions by path, from where it lies, and as they are', async () => {
    const path = config(`export default { extensions: ['./one.mjs', { apiVersion: 1, name: 'own' }] };`);
    expect((await loadConfig(path)).map(({ name }) => name)).toEqual(['one', 'own']);
  });

  test('may list none', async () => {
    expect(await loadConfig(config('export default {};'))).toEqual([]);
  });

  test.each([
    ['export const extensions = [];', 'no object'],
    ['export default [];', 'no object'],
    ['export default { extension: [] };', 'a field extension'],
    [`export default { extensions: 'one' };`, 'no list'],
    [`export default { extensions: [{ apiVersion: 9, name: 'old' }] };`, 'version 9'],
    [`export default { extensions: ['./missing.mjs'] };`, 'missing.mjs'],
    [`throw new Error('no luck');`, 'no luck'],
  ])('%s is refused', async (text, told) => {
    await expect(loadConfig(config(text))).rejects.toMatchObject({
      code: 'request',
      message: expect.stringContaining(told) as unknown,
    });
  });
});
