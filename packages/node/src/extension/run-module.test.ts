import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runModule } from './run-module.ts';

const root = mkdtempSync(join(tmpdir(), 'graft-run-module-'));
afterAll(() => rmSync(root, { recursive: true }));

function write(name: string, text: string): string {
  const path = join(root, name);
  writeFileSync(path, text);
  return path;
}
const run = (path: string): ReturnType<typeof runModule> => runModule(path, { field: 'extension', name: 'it' });

describe('runModule', () => {
  test('gives what a module exports', async () => {
    expect(await run(write('plain.mjs', 'export const x = 1; export default 2;'))).toMatchObject({ x: 1, default: 2 });
  });

  test.each([
    ['throws.mjs', `throw new Error('first\\nsecond');`, /^extension: it cannot be run: first$/],
    ['text.mjs', `throw 'a text';`, /a text$/],
    ['syntax.mjs', 'export const = 1;', /it cannot be run/],
    ['missing.mjs', `import 'graft-missing';`, /graft-missing/],
  ])('%s is refused with the first line of why', async (name, text, told) => {
    await expect(run(write(name, text))).rejects.toMatchObject({
      code: 'request',
      field: 'extension',
      message: expect.stringMatching(told) as unknown,
      hint: expect.any(String) as unknown,
    });
  });
});
