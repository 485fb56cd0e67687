import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { bundledRoot, modelRoots } from './roots.ts';

test('the models that come with Graft are always there, behind the own ones', () => {
  const bundled = bundledRoot()!;
  expect(existsSync(join(bundled, 'models', 'Stable-diffusion'))).toBe(true);
  expect(modelRoots('')).toEqual([bundled]);
  expect(modelRoots(tmpdir())).toEqual([tmpdir(), bundled]);
});

test('a folder that is not there is refused', () => {
  expect(() => modelRoots(join(tmpdir(), 'graft', 'none'))).toThrowError(expect.objectContaining({ code: 'file' }));
  expect(() => modelRoots(fileURLToPath(import.meta.url))).toThrowError(expect.objectContaining({ code: 'file' }));
});
