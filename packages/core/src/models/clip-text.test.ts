import { describe, expect, test } from 'vitest';
import { input, type Value } from '../graph/index.ts';
import { createScope } from '../nn/index.ts';
import { tensor, type Tensor } from '../tensor/index.ts';
import { expectClose } from '../testing/vitest/close.ts';
import { pick } from '../testing/vitest/nd.ts';
import { evaluate } from '../testing/vitest/run.ts';
import { madeUpWeights, shapesOf } from '../testing/vitest/shapes.ts';
import { TINY_TEXT } from '../testing/vitest/tiny.ts';
import { shapesOnly } from '../testing/vitest/weights.ts';
import { clipBlock, clipFinalNorm, clipHeads, clipText, inferClipText } from './clip-text.ts';

const ids = input('ids', ['b', 5], 'i64');
const SHAPES = shapesOf((p) => clipFinalNorm(p, clipText(p, TINY_TEXT, { ids }).at(-1)!));
const scope = createScope(madeUpWeights(SHAPES), { model: 'tiny' });
const windows = (...rows: number[][]): { shape: number[]; data: BigInt64Array } => ({
  shape: [rows.length, 5],
  data: BigInt64Array.from(rows.flat(), BigInt),
});
const states = (values: readonly Value[]): Record<string, Value> =>
  Object.fromEntries(values.map((value, i) => [`state${i}`, value]));

describe('inferClipText', () => {
  const infer = (shapes: Readonly<Record<string, readonly number[]>>) =>
    inferClipText(createScope(shapesOnly(shapes), { model: 'file' }), 'file');

  test('reads off the shapes of a tower what made them', () => {
    expect(infer(SHAPES)).toEqual(TINY_TEXT);
  });

  test.each<[string, Record<string, readonly number[]>]>([
    ['nothing', {}],
    ['no positions', { ...SHAPES, 'embeddings.position_embedding.weight': [] }],
    ['a width that makes no heads', { ...SHAPES, 'embeddings.token_embedding.weight': [12, 60] }],
    ['no width', { ...SHAPES, 'embeddings.token_embedding.weight': [12] }],
  ])('refuses %s', (_, shapes) => {
    expect(() => infer(shapes)).toThrowError(
      expect.objectContaining({ name: 'ModelError', at: 'file', hint: expect.any(String) as unknown }),
    );
  });

  test('counts heads 64 wide', () => {
    expect([clipHeads(64, 'file'), clipHeads(768, 'file')]).toEqual([1, 12]);
  });
});

describe('clipText', () => {
  test('gives the states before the first block and after each', () => {
    const values = clipText(scope, TINY_TEXT, { ids });
    expect(values.map((value) => value.shape)).toEqual(Array.from({ length: 3 }, () => ['b', 5, 64]));
    expect(clipFinalNorm(scope, values[2]!).shape).toEqual(['b', 5, 64]);
  });

  test('sees no token that comes later', async () => {
    const outputs = states(clipText(scope, TINY_TEXT, { ids }));
    const all = await evaluate(outputs, { ids: windows([1, 2, 3, 4, 5], [1, 2, 3, 9, 11]) });
    for (const { data } of Object.values(all)) {
      expectClose(data.subarray(0, 3 * 64), data.subarray(5 * 64, 8 * 64));
      expect(() => expectClose(data.subarray(3 * 64, 4 * 64), data.subarray(8 * 64, 9 * 64))).toThrow();
    }
  });

  test('puts vectors in place of tokens', async () => {
    const [keep, vectors] = [input('keep', ['b', 5, 1]), input('vectors', ['b', 5, 64])];
    const table = scope.at('embeddings.token_embedding').weight('weight', [12, 64]);
    const { rows } = await evaluate({ rows: table }, {});
    const patched = states(clipText(scope, TINY_TEXT, { ids, keep, vectors }));
    const row: Tensor = tensor([1, 5, 64]);
    for (let i = 0; i < 64; i++) row.data[2 * 64 + i] = pick(rows, 7, i);
    const feeds = {
      ids: windows([1, 2, 3, 4, 5]),
      keep: tensor([1, 5, 1], Float32Array.of(1, 1, 0, 1, 1)),
      vectors: row,
    };
    const inPlace = await evaluate(patched, feeds);
    const plain = await evaluate(states(clipText(scope, TINY_TEXT, { ids })), { ids: windows([1, 2, 7, 4, 5]) });
    for (const [name, { data }] of Object.entries(plain)) expectClose(inPlace[name]!.data, data);
  });
});

test('a block chooses its activation', () => {
  const x = input('x', ['b', 3, 64]);
  const p = scope.at('encoder.layers.0');
  const names = (activation: 'gelu' | 'quickGelu'): string => {
    const out = clipBlock(p, x, { mlp: 96, heads: 1, activation, causal: false });
    return out.ins['b']!.ins['x']!.op.name;
  };
  expect([names('gelu'), names('quickGelu')]).toEqual(['gelu', 'quickGelu']);
});
