import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readImageText } from '@graft/core/formats';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { imageCodec } from '../../images.ts';
import { runGraft } from '../../testing/vitest/graft.ts';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'graft-draw-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const SMALL = ['generate', 'a cat', '--size', '32', '--steps', '2', '--seed', '5'];

test('draws several pictures, a grid of them and a preview, and tells of each', async () => {
  const result = runGraft(folder, [...SMALL, '--batch', '2', '--grid', '--preview', 'now.webp', '-o', 'cats.png']);
  expect(result.status).toBe(0);
  expect(readdirSync(folder).sort()).toEqual(['cats-1.png', 'cats-2.png', 'cats-grid.png', 'now.webp']);
  const pictures = result.events.filter(({ event }) => event === 'picture');
  expect(pictures.map(({ index, seed, partial }) => [index, seed, partial])).toEqual([
    [0, 5, false],
    [1, 6, false],
  ]);
  const order = result.events.map(({ event }) => event).filter((event) => event !== 'progress' && event !== 'preview');
  expect(order).toEqual(['loading', 'ready', 'picture', 'picture', 'grid', 'done']);
  const grid = await imageCodec().decode(readFileSync(join(folder, 'cats-grid.png')));
  expect(grid.width * grid.height).toBe(2 * 32 * 32);
  expect(await imageCodec().decode(readFileSync(join(folder, 'now.webp')))).toMatchObject({ width: 32, height: 32 });
  expect(readImageText(readFileSync(join(folder, 'cats-1.png'))).infotext).toContain('Seed: 5');
});

test('says each thing once, and leaves parameters out where they are not wanted', () => {
  const result = runGraft(folder, [...SMALL, '--count', '2', '--no-metadata', '--set', 'show_progress_type=TAESD']);
  expect(result.status).toBe(0);
  expect(readImageText(readFileSync(join(folder, 'out.png'))).infotext).toBeUndefined();
  const alone = runGraft(folder, [...SMALL, '--grid', '-o', 'alone.png']);
  expect(alone.events.filter(({ event }) => event === 'note')).toHaveLength(1);
  expect(existsSync(join(folder, 'alone-grid.png'))).toBe(false);
});
