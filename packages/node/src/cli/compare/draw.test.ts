import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readImageText } from '@graft/core/formats';
import { describe, expect, test } from 'vitest';
import { imageCodec } from '../../images.ts';
import { compareFolder, SMALL } from '../../testing/vitest/compare.ts';

const { path, compare } = compareFolder();

describe('graft compare', () => {
  test('draws cells, grid and differences, and measures them', async () => {
    const result = compare(...SMALL, '--x', 'seed: 1, 2', '--y', 'cfg: 1, 7', '--diff', '-o', 'grid.png');
    expect(result.status).toBe(0);
    const files = [
      'grid-cell-1.png',
      'grid-cell-2.png',
      'grid-cell-3.png',
      'grid-cell-4.png',
      'grid-diff.png',
      'grid.png',
    ];
    expect(readdirSync(path()).sort()).toEqual(files);
    const texts = files.slice(0, 4).map((name) => readImageText(readFileSync(join(path(), name))).infotext);
    expect(texts.map((text) => /CFG scale: [^,]+, Seed: \d+/.exec(text ?? '')?.[0])).toEqual([
      'CFG scale: 1.0, Seed: 1',
      'CFG scale: 1.0, Seed: 2',
      'CFG scale: 7.0, Seed: 1',
      'CFG scale: 7.0, Seed: 2',
    ]);
    const cells = result.events.filter(({ event }) => event === 'cell');
    expect(cells.map(({ path, reference }) => [basename(String(path)), reference])).toEqual([
      ['grid-cell-1.png', 0],
      ['grid-cell-2.png', 0],
      ['grid-cell-3.png', 2],
      ['grid-cell-4.png', 2],
    ]);
    expect(cells.map(({ mean }) => mean !== null && Number(mean) > 0)).toEqual([false, true, false, true]);
    const { width, height } = await imageCodec().decode(readFileSync(join(path(), 'grid.png')));
    expect(width).toBeGreaterThan(128);
    expect(height).toBeGreaterThan(128);
  });

  test('checks every cell before the first is drawn', () => {
    const { status, events: told } = compare(...SMALL, '--with', '<lora:nothing:1>');
    expect(status).toBe(2);
    expect(told.map(({ event }) => event)).toEqual(['error']);
    expect(readdirSync(path())).toEqual([]);
  });
});
