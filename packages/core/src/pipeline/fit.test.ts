import { describe, expect, test } from 'vitest';
import type { Base } from '../models/index.ts';
import { NO_NETWORKS, type TaggedAdapter } from './extra-networks.ts';
import { checkFit, type Fit } from './fit.ts';

const FIT: Fit = { name: 'model', bases: ['SD1'], widths: new Set([768]) };

/** Of an adapter only its base models are looked at. */
function adapterFor(...bases: Base[]): TaggedAdapter {
  const found = { name: 'style', bases, hash: async () => undefined };
  return { found, mentioned: 'style' } as unknown as TaggedAdapter;
}
const check = (adapter: TaggedAdapter, fit = FIT): void => checkFit({ ...NO_NETWORKS, adapters: [adapter] }, fit);

describe('checkFit', () => {
  test('refuses an adapter of another base model, and names both', () => {
    expect(() => check(adapterFor('SDXL'))).toThrowError(
      expect.objectContaining({
        name: 'AdapterError',
        adapter: 'style',
        message: expect.stringMatching(/SDXL.*SD1/) as unknown,
      }),
    );
  });

  test('names all base models that it may be used with', () => {
    expect(() => check(adapterFor('SD1', 'SD2'), { ...FIT, bases: ['SDXL'] })).toThrowError(
      expect.objectContaining({ hint: expect.stringContaining('SD1 or SD2') as unknown }),
    );
  });

  test.each([
    ['of the same', adapterFor('SD1')],
    ['of several, the same among them', adapterFor('SD2', 'SD1')],
    ['of none known', adapterFor()],
  ])('lets one pass %s', (_, adapter) => {
    expect(() => check(adapter)).not.toThrow();
  });

  test('lets all pass on a model of no known base', () => {
    expect(() => check(adapterFor('SDXL'), { ...FIT, bases: [] })).not.toThrow();
  });
});
