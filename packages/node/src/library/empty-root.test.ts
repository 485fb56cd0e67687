import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { LibraryEntry } from './entry.ts';
import { emptyRoot, emptyRootNote } from './empty-root.ts';

const root = mkdtempSync(join(tmpdir(), 'graft-empty-root-'));
afterAll(() => rmSync(root, { recursive: true }));

const at = (...path: string[]): LibraryEntry => ({ path: join(...path) }) as LibraryEntry;
function folder(name: string, ...files: string[]): string {
  const path = join(root, name);
  mkdirSync(path, { recursive: true });
  for (const file of files) writeFileSync(join(path, file), '');
  return path;
}

describe('emptyRoot', () => {
  test('is the first root, if nothing was found below it', () => {
    const [own, bundled] = [join(root, 'own'), join(root, 'bundled')];
    expect(emptyRoot([own, bundled], [at(bundled, 'a.safetensors')])).toBe(own);
    expect(emptyRoot([own, bundled], [at(own, 'models', 'a.safetensors')])).toBeUndefined();
    expect(emptyRoot([], [])).toBeUndefined();
  });

  test('is no folder whose name another only begins with', () => {
    expect(emptyRoot([join(root, 'own')], [at(root, 'own2', 'a.safetensors')])).toBe(join(root, 'own'));
  });
});

describe('emptyRootNote', () => {
  test('says where models are looked for', async () => {
    expect(await emptyRootNote(folder('none', 'note.txt'))).toMatch(/^Nothing was found below .*none: .*models\/Lora/);
    expect(await emptyRootNote(join(root, 'missing'))).toContain('Nothing was found');
  });

  test('says where files that lie in it belong', async () => {
    expect(await emptyRootNote(folder('flat', 'a.safetensors', 'b.pt', 'c.txt'))).toMatch(
      /^2 model files lie in .*flat itself.*models\/Lora/,
    );
    expect(await emptyRootNote(folder('webui/models/Lora', 'a.safetensors'))).toMatch(
      /^1 model file lies in .*give the folder above models\/Lora\./,
    );
  });
});
