import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { runGraft } from './graft.ts';

/** The least that a comparison draws. */
export const SMALL: readonly string[] = ['a cat', '--size', '64', '--steps', '2'];

/** A folder for each test of a file, and `graft compare` in it. */
export function compareFolder(): {
  readonly path: () => string;
  readonly compare: (...args: readonly string[]) => ReturnType<typeof runGraft>;
} {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'graft-compare-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  return { path: () => folder, compare: (...args) => runGraft(folder, ['compare', ...args]) };
}
