import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { findConfig } from './find-config.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'graft-find-config-')));
afterAll(() => rmSync(root, { recursive: true }));

function write(path: string): string {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), '');
  return join(root, path);
}

const own = dirname(write('graft/package.json'));
const config = write('project/graft.config.js');
mkdirSync(join(root, 'project/node_modules/@graft'), { recursive: true });
symlinkSync(own, join(root, 'project/node_modules/@graft/node'), 'junction');
write('project/models/graft.config.js');
write('downloads/graft.config.js');
write('other/graft.config.mjs');
write('other/node_modules/@graft/node/package.json');

describe('findConfig', () => {
  test.each(['project', 'project/models', 'project/models/deeper'])('%s has that of its project', (folder) => {
    expect(findConfig(join(root, folder), own)).toEqual({ path: config });
  });

  test.each([
    ['downloads', 'graft.config.js'],
    ['other', 'graft.config.mjs'],
  ])('%s, where this Graft is not installed, has one that does not count', (folder, name) => {
    expect(findConfig(join(root, folder), own)).toEqual({ ignored: join(root, folder, name) });
  });

  test('most folders have none', () => {
    expect(findConfig(root, own)).toEqual({ ignored: undefined });
  });

  test('TypeScript comes first', () => {
    const typescript = write('project/graft.config.ts');
    expect(findConfig(join(root, 'project'), own)).toEqual({ path: typescript });
    rmSync(typescript);
  });
});
