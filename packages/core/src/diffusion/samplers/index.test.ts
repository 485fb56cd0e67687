import { describe, expect, test } from 'vitest';
import { checkFolder } from '../../testing/vitest/check-folder.ts';
import { SAMPLERS } from './index.ts';

describe('samplers', () => {
  checkFolder(new URL('.', import.meta.url), ['sampler', 'steps', 'dpm-solver', 'unipc-time', 'unipc-weights']);

  test('names and aliases are unique', () => {
    const names = SAMPLERS.flatMap(({ name, aliases }) => [name, ...aliases]);
    expect(new Set(names).size).toBe(names.length);
  });
});
