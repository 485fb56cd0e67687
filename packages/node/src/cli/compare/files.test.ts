import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readArguments } from '../arguments.ts';
import { planFiles, type CompareFiles } from './files.ts';
import { COMPARE_OPTIONS } from './options.ts';

const folder = mkdtempSync(join(tmpdir(), 'graft-compare-files-'));
afterAll(() => rmSync(folder, { recursive: true }));

const plan = (pages: number, ...argv: string[]): Promise<CompareFiles> =>
  planFiles(
    readArguments(
      argv,
      COMPARE_OPTIONS.flatMap(({ options }) => options),
    ),
    pages,
  );

describe('planFiles', () => {
  test('names files after the one that was asked for', async () => {
    const files = await plan(1, '-o', join(folder, 'a.b.jpg'));
    expect(files.format).toBe('jpeg');
    expect([files.cell(0), files.grid(0), files.differences(0)]).toEqual(
      ['a.b-cell-1.jpg', 'a.b.jpg', 'a.b-diff.jpg'].map((name) => join(folder, name)),
    );
  });

  test('keeps how an ending is spelled, and refuses what is no file', async () => {
    expect((await plan(1, '-o', join(folder, 'UP.PNG'))).cell(0)).toBe(join(folder, 'UP-cell-1.PNG'));
    await expect(plan(1, '-o', '-')).rejects.toMatchObject({ field: '--output' });
  });

  test('numbers pages where there are several', async () => {
    const files = await plan(2, '-o', join(folder, 'a.png'));
    expect([files.grid(1), files.differences(0)]).toEqual(
      ['a-page-2.png', 'a-diff-page-1.png'].map((name) => join(folder, name)),
    );
  });

  test('chooses names in a folder with which nothing begins', async () => {
    expect((await plan(1, '-o', folder)).grid(0)).toBe(join(folder, 'compare.png'));
    writeFileSync(join(folder, 'compare-cell-3.webp'), '');
    expect((await plan(1, '-o', folder, '--format', 'webp')).grid(0)).toBe(join(folder, 'compare2.webp'));
  });

  test.each([
    ['-o', 'a.gif'],
    ['-o', 'a.png', '--format', 'webp'],
    ['--quality', '101', '--format', 'webp'],
    ['--quality', '80'],
  ])('refuses %s %s %s', async (...argv) => {
    await expect(plan(1, ...argv)).rejects.toMatchObject({ code: 'request' });
  });

  test('refuses a folder that is not there', async () => {
    await expect(plan(1, '-o', join(folder, 'none', 'a.png'))).rejects.toMatchObject({ code: 'file' });
  });
});
