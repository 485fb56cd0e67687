import { describe, expect, test } from 'vitest';
import { checkFolder } from '../../testing/vitest/check-folder.ts';
import { findScheduler, SCHEDULERS } from './index.ts';

describe('schedulers', () => {
  checkFolder(new URL('.', import.meta.url), ['scheduler']);

  test('are found by name and label only', () => {
    for (const scheduler of SCHEDULERS) {
      expect(findScheduler(scheduler.name)).toBe(scheduler);
      expect(findScheduler(scheduler.label)).toBe(scheduler);
    }
    for (const other of ['KARRAS', 'SGMUniform', '', 'xyz', undefined])
      expect(findScheduler(other).name).toBe('automatic');
  });
});
