import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pictureReader } from './pictures-in.ts';

const PNG = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0, 0, 0, 0, 0]);
const BASE64 = Buffer.from(PNG).toString('base64');

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-pictures-'));
  await writeFile(join(folder, 'a.png'), PNG);
  await writeFile(join(folder, 'a.txt'), 'words');
});
afterAll(async () => rm(folder, { recursive: true }));

test.each([BASE64, `data:image/png;base64,${BASE64}`, 'a.png', '@a.png', './a.png'])('reads %s', (text) => {
  expect(new Uint8Array(pictureReader(folder)(text, 'mask'))).toEqual(PNG);
});

test.each([
  ['file', 'none.png'],
  ['file', '@none.png'],
  ['file', ''],
  ['format', 'a.txt'],
  ['format', `data:image/png;base64,${BASE64.slice(0, 5)}`],
  ['format', 'data:image/png;base64,'],
  ['format', 'AAAA'.repeat(2000)],
  ['format', 'a\0b'],
])('refuses as %s: %j', (code, text) => {
  expect(() => pictureReader(folder)(text, 'mask')).toThrowError(expect.objectContaining({ code }));
});
