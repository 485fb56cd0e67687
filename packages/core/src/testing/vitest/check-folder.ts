import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

/** Every unit of a folder stands in its index and has a test beside it. `helpers`: files that are no unit. */
export function checkFolder(folder: URL, helpers: readonly string[] = []): void {
  const files = readdirSync(folder).filter((file) => file.endsWith('.ts'));
  const index = readFileSync(new URL('index.ts', folder), 'utf8');
  const units = files
    .filter((file) => file !== 'index.ts' && !file.endsWith('.test.ts'))
    .map((file) => file.slice(0, -'.ts'.length))
    .filter((unit) => !helpers.includes(unit));
  describe('the folder', () => {
    test('has its helpers, and units beside them', () => {
      expect(files).toEqual(expect.arrayContaining(helpers.map((helper) => `${helper}.ts`)));
      expect(units).not.toEqual([]);
    });
    test.each(units)('%s is in the index and has a test', (unit) => {
      expect(index).toContain(`from './${unit}.ts'`);
      expect(files).toContain(`${unit}.test.ts`);
    });
  });
}
