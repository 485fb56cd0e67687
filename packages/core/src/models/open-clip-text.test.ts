import { describe, expect, test } from 'vitest';
import { input, type Value } from '../graph/index.ts';
import { createScope } from '../nn/index.ts';
import { expectClose } from '../testing/vitest/close.ts';
import { evaluate } from '../testing/vitest/run.ts';
import { shapesOnly } from '../testing/vitest/weights.ts';
import { madeUpWeights, shapesOf } from '../testing/vitest/shapes.ts';
import { TINY_TEXT } from '../testing/vitest/tiny.ts';
import { clipText } from './clip-text.ts';
import { openClipToHf } from './names/text-names.ts';
import { inferOpenClipText, openClipText } from './open-clip-text.ts';

const CONFIG = { ...TINY_TEXT, activation: 'gelu' } as const;
const ids = input('ids', ['b', 5], 'i64');
const SHAPES = shapesOf((p) => openClipText(p, CONFIG, { ids }));
const WEIGHTS = madeUpWeights(SHAPES);
const named = (values: readonly Value[]): Record<string, Value> =>
  Object.fromEntries(values.map((value, i) => [`state${i}`, value]));

describe('inferOpenClipText', () => {
  const infer = (shapes: Readonly<Record<string, readonly number[]>>) =>
    inferOpenClipText(createScope(shapesOnly(shapes), { model: 'file' }), 'file');

  test('reads off the shapes of a tower what made them', () => {
    expect(infer(SHAPES)).toEqual(CONFIG);
  });

  test.each<[string, Record<string, readonly number[]>]>([
    ['nothing', {}],
    ['no positions', { ...SHAPES, positional_embedding: [] }],
    ['a width that makes no heads', { ...SHAPES, 'token_embedding.weight': [12, 60] }],
  ])('refuses %s', (_, shapes) => {
    expect(() => infer(shapes)).toThrowError(
      expect.objectContaining({ name: 'ModelError', at: 'file', hint: expect.any(String) as unknown }),
    );
  });
});

test('is the tower that Hugging Face spells with three projections instead of one', async () => {
  const hf = new Map(
    [...WEIGHTS].flatMap(([key, ref]) =>
      openClipToHf(key).map(({ key: name, slice }) => {
        const path = name.replace(/^text_model\./, '');
        if (slice === undefined) return [path, ref] as const;
        const third = ref.length / 3;
        const shape = [ref.shape[0]! / 3, ...ref.shape.slice(1)];
        return [path, { ...ref, shape, offset: ref.offset + 'qkv'.indexOf(slice) * third, length: third }] as const;
      }),
    ),
  );
  const feeds = { ids: { shape: [1, 5], data: BigInt64Array.from([1, 2, 3, 11, 5], BigInt) } };
  const own = await evaluate(named(openClipText(createScope(WEIGHTS, { model: 'own' }), CONFIG, { ids })), feeds);
  const other = await evaluate(named(clipText(createScope(hf, { model: 'hf' }), CONFIG, { ids })), feeds);
  expect(Object.keys(own)).toHaveLength(CONFIG.layers + 1);
  for (const [name, { data }] of Object.entries(own)) expectClose(data, other[name]!.data);
});
