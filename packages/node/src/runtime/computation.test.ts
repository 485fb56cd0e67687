import { bytesSource } from '@graft/core/bytes';
import { scalar, weight, type Value, type WeightRef } from '@graft/core/graph';
import { add, matmul, mul, rows, slice } from '@graft/core/ops';
import { describe, expect, test } from 'vitest';
import { planComputation, type ComputedPlace, type Sources } from './computation.ts';
import { createRecipes } from './recipe.ts';

const SHAPE = [4, 4];
const memory = bytesSource('memory', new Uint8Array(Float32Array.from({ length: 48 }, (_, i) => i).buffer));
/** The matrix with an index in memory. */
const stored = (index: number): WeightRef => ({
  name: `${index}`,
  dtype: 'F32',
  shape: SHAPE,
  store: memory,
  offset: 64 * index,
  length: 64,
});
const at = (index: number): Value => weight(stored(index));

const place = (computed: Value, to = 0): ComputedPlace => ({
  weight: { name: 'w', ref: { ...stored(0), shape: computed.shape as number[], computed }, form: { dtype: 'f32' } },
  to,
});
const sources = (): Sources => ({
  origin: ({ name }) => name,
  prepared: () => undefined,
  recipes: createRecipes(),
});
const digest = async (...places: readonly ComputedPlace[]): Promise<string> =>
  (await planComputation(places, sources())).digest;

describe('a computation', () => {
  const changed = (strength: number, index = 1): Value => add(at(0), mul(at(index), scalar(strength)));

  test('has one model for weights that differ in where their numbers lie and in strengths', async () => {
    const places = [place(changed(0.5)), place(changed(0.25, 2), 64)];
    const { models, runs } = await (await planComputation(places, sources())).encode();
    expect(models.map(({ key }) => key)).toEqual([runs[0]!.model]);
    expect(runs.map(({ model, results }) => [model, results.map(({ to }) => to)])).toEqual([
      [runs[0]!.model, [0]],
      [runs[0]!.model, [64]],
    ]);
    const fed = runs.map(({ feeds }) =>
      feeds.map(({ from }) => ('data' in from ? new Float32Array(Uint8Array.from(from.data).buffer)[0] : undefined)),
    );
    expect(fed).toEqual([
      [0, 16, 0.5],
      [0, 32, 0.25],
    ]);
  });

  test('computes steps that weights share once', async () => {
    const product = matmul(at(0), at(1));
    const [first, second] = [0, 2].map((start) => slice(product, { axis: 0, start, end: start + 2 }));
    const { runs } = await (await planComputation([place(first!), place(second!, 64)], sources())).encode();
    expect(runs.map(({ results }) => results.map(({ name, to }) => [name, to]))).toEqual([
      [
        ['0', 0],
        ['1', 64],
      ],
    ]);
  });

  test('computes small steps for each weight, which is then made by itself', async () => {
    const memory = bytesSource('large', new Uint8Array(4 * 128));
    const [up, down] = [
      [64, 1],
      [1, 64],
    ].map((shape, i) => weight({ name: `${i}`, dtype: 'F32', shape, store: memory, offset: 256 * i, length: 256 }));
    const scaled = mul(down!, scalar(0.5));
    const halves = [0, 32].map((start) => matmul(rows(up!, start, start + 32), scaled));
    const { models, runs } = await (
      await planComputation([place(halves[0]!), place(halves[1]!, 8192)], sources())
    ).encode();
    expect(models).toHaveLength(1);
    expect(runs.map(({ results }) => results.map(({ to }) => to))).toEqual([[0], [8192]]);
  });

  test('is called by its steps, its numbers and its places, and by nothing else', async () => {
    const one = await digest(place(changed(0.5)));
    expect(await digest(place(changed(0.5)))).toBe(one);
    const others = [place(changed(0.25)), place(changed(0.5, 2)), place(changed(0.5), 64), place(mul(at(0), at(1)))];
    const digests = await Promise.all(others.map((other) => digest(other)));
    expect(new Set([one, ...digests]).size).toBe(5);
  });
});
