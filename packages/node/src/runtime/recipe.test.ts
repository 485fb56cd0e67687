import { bytesSource } from '@graft/core/bytes';
import { scalar, weight, type Value, type WeightRef } from '@graft/core/graph';
import { add, matmul, mul, relu } from '@graft/core/ops';
import type { DType } from '@graft/core/tensor';
import { describe, expect, test } from 'vitest';
import { createRecipes, recipeFor, type Ingredients, type LeafFeed, type Recipe } from './recipe.ts';

const store = bytesSource('layers', new Uint8Array(0));
const SIZES: Partial<Record<DType, number>> = { F16: 2, BF16: 2, F32: 4 };

/** Tensors one after the other. */
function stored(...all: readonly (readonly [DType, readonly number[]])[]): readonly WeightRef[] {
  let end = 0;
  return all.map(([dtype, shape], i) => {
    const [offset, length] = [end, SIZES[dtype]! * shape.reduce((a, b) => a * b, 1)];
    end += length;
    return { name: `${i}`, dtype, shape, store, offset, length };
  });
}

const SHAPE = [2048, 512];
const [base, up, down] = stored(['F16', SHAPE], ['F16', [2048, 8]], ['BF16', [8, 512]]) as [
  WeightRef,
  WeightRef,
  WeightRef,
];
const [plain, product] = [weight(base), matmul(weight(up), weight(down))];

function made(value: Value, numbers: readonly Value[] = [], leaves: Partial<Ingredients> = {}): Recipe {
  const all = [base, up, down].map((ref) => ({ ref, inBlocks: undefined, wide: undefined }));
  return recipeFor([{ value, shape: SHAPE, form: { dtype: 'f32' } }], { leaves: all, numbers, ...leaves });
}
const fed = ({ feeds }: Recipe['piece']): [number, DType, readonly number[], boolean][] =>
  feeds
    .filter((feed): feed is LeafFeed => 'leaf' in feed)
    .map(({ leaf, dtype, shape, isPart }) => [leaf, dtype, shape, isPart]);

describe('a recipe', () => {
  test('makes a large weight in pieces of its rows, and once what they share', () => {
    const { before, piece, pieces } = made(add(plain, matmul(weight(up), relu(weight(down)))));
    expect(pieces).toBe(4);
    expect(fed(piece)).toEqual([
      [0, 'F16', [512, 512], true],
      [1, 'F16', [512, 8], true],
      [2, 'BF16', [8, 512], false],
    ]);
    // Nobody has said what sizes its result has.
    expect(before).toBeUndefined();
  });

  test('widens once what all pieces widen', () => {
    const halves = { ...down, dtype: 'F16' as const };
    const leaves = [base, up, halves].map((ref) => ({ ref, inBlocks: undefined, wide: undefined }));
    const { before, piece } = made(add(plain, matmul(weight(up), weight(halves))), [], { leaves });
    expect(fed(before!)).toEqual([[2, 'F16', [8, 512], false]]);
    expect(fed(piece).map(([leaf]) => leaf)).toEqual([0, 1]);
  });

  test('makes at once what is small, and what its rows alone cannot say', () => {
    const small = recipeFor([{ value: weight(up), shape: [2048, 8], form: { dtype: 'f32' } }], {
      leaves: [{ ref: up, inBlocks: undefined, wide: undefined }],
      numbers: [],
    });
    expect([small.pieces, fed(small.piece)]).toEqual([1, [[0, 'F16', [2048, 8], false]]]);
    expect(made(relu(plain)).pieces).toBe(1);
  });

  test('takes float32 where that is there', () => {
    const leaves = [{ ref: base, inBlocks: undefined, wide: { path: 'wide', offset: 0, length: 2 * base.length } }];
    expect(fed(made(mul(plain, plain), [], { leaves }).piece)).toEqual([[0, 'F32', [512, 512], true]]);
  });

  test('is the same for all strengths, which are fed', () => {
    const [one, other] = [0.5, 0.75].map((strength) => {
      const number = scalar(strength);
      return made(add(plain, mul(product, number)), [number]);
    });
    expect(one!.piece.feeds).toContainEqual({ name: 'number0', number: 0 });
    expect(one!.piece.model.key).toBe(other!.piece.model.key);
    expect(one!.piece.model.key).not.toBe(made(add(plain, product)).piece.model.key);
  });
});

test('recipes are made once for each key', () => {
  const recipes = createRecipes();
  const recipe = made(plain);
  let times = 0;
  const get = (key: string): Recipe => recipes.get(key, () => ((times += 1), recipe));
  expect([get('a'), get('a'), get('b')]).toEqual([recipe, recipe, recipe]);
  expect(times).toBe(2);
});
