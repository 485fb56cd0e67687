import type { ModelOutline } from '@graft/core/pipeline';
import { expect, test } from 'vitest';
import { watchEncoders } from './text-encoders.ts';

/** Checkpoints and the text encoders that they have. */
const TEXTS: Readonly<Record<string, readonly string[]>> = { one: ['te1'], xl: ['te1', 'te2'], refiner: ['te2'] };

async function notes(options: readonly string[], ...checkpoints: readonly string[]): Promise<readonly string[]> {
  const watch = watchEncoders(
    { has: (option) => options.includes(option) },
    {
      outline: async ({ checkpoint: name }) => {
        const texts = Object.fromEntries(TEXTS[name]!.map((component) => [component, {}]));
        return { name, networks: { texts } } as unknown as ModelOutline;
      },
    },
  );
  for (const checkpoint of checkpoints)
    await watch.outline({ checkpoint, vae: '', tiling: false, prediction: undefined });
  return watch.notes();
}

test.each([
  [['text-encoder-2'], ['one'], 1],
  [['text-encoder-2'], ['one', 'one'], 1],
  [['text-encoder-2'], ['one', 'refiner'], 0],
  [['text-encoder', 'text-encoder-2'], ['xl'], 0],
  [['text-encoder', 'text-encoder-2'], ['refiner'], 1],
  [[], ['one'], 0],
])('%j with %j is told in %i notes', async (options, checkpoints, count) => {
  expect(await notes(options, ...checkpoints)).toHaveLength(count);
});

test('says which models have no place for it', async () => {
  expect((await notes(['text-encoder-2'], 'one'))[0]).toMatch(/--text-encoder-2.*one/);
});
