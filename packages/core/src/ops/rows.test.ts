import { describe, expect, test } from 'vitest';
import { constant, input, order, weight, weightOf, type Value } from '../graph/index.ts';
import { compile } from '../runtime/index.ts';
import { testRuntime } from '../testing/vitest/runtime.ts';
import { floatWeight } from '../testing/vitest/weights.ts';
import { add } from './add.ts';
import { matmul } from './matmul.ts';
import { mul } from './mul.ts';
import { relu } from './relu.ts';
import { reshape } from './reshape.ts';
import { rows } from './rows.ts';
import { slice } from './slice.ts';
import { sub } from './sub.ts';
import { transpose } from './transpose.ts';

const stored = (name: string, ...shape: number[]): Value => weight(floatWeight(name, shape));
const w = stored('w', 6, 4);
const names = (value: Value): string[] => order({ outputs: { value } }).map(({ op }) => op.name);

async function numbers(y: Value): Promise<Float32Array> {
  const program = await compile(await testRuntime(), { outputs: { y } });
  const { y: result } = await program.run({});
  await program.release();
  return result!.data;
}

describe('rows', () => {
  test.each<[string, Value]>([
    ['a stored weight', w],
    ['a stored vector', stored('v', 6)],
    ['a stored kernel', stored('k', 6, 2, 3, 3)],
    ['a sum', add(w, stored('b', 6, 4))],
    ['a difference', sub(w, stored('b', 6, 4))],
    ['a scaled weight', mul(w, constant([2], []))],
    ['a weight with a factor for each row', mul(w, stored('m', 6, 1))],
    ['a weight with a factor for each column', mul(w, stored('m', 1, 4))],
    ['a weight with a vector added to each row', add(w, stored('v', 4))],
    ['a product of matrices', matmul(stored('up', 6, 2), stored('down', 2, 4))],
    ['products of matrices', matmul(stored('up', 6, 2, 3), stored('down', 6, 3, 2))],
    ['a reshaped weight', reshape(w, [6, 2, 2])],
    ['a weight in other rows', reshape(w, [4, 6])],
    ['a transposed weight', transpose(stored('t', 4, 6), [1, 0])],
    ['what is computed of a weight', relu(w)],
  ])('of %s are those that a slice gives', async (_, x) => {
    const part = rows(x, 1, 3);
    expect(part.shape).toEqual([2, ...x.shape.slice(1)]);
    expect(await numbers(part)).toEqual(await numbers(slice(x, { axis: 0, start: 1, end: 3 })));
  });

  test('are all of it where all are wanted', () => {
    expect(rows(w, 0, 6)).toBe(w);
  });

  test('of what is stored, and of sums and products of it, cost nothing', () => {
    const ref = weightOf(w)!;
    expect(weightOf(rows(w, 2, 5))).toEqual({ ...ref, name: 'w[2:5]', shape: [3, 4], offset: 32, length: 48 });
    const changed = add(w, mul(matmul(stored('up', 6, 2), stored('down', 2, 4)), input('strength', [])));
    expect(names(rows(changed, 2, 5))).not.toContain('slice');
    expect(names(rows(relu(w), 2, 5))).toContain('slice');
  });

  test('of a weight that is yet to be computed are computed from rows', () => {
    const computed = weight({ ...floatWeight('c', [6, 4]), computed: mul(w, constant([2], [])) });
    const part = weightOf(rows(computed, 2, 5))!;
    expect(part).toMatchObject({ shape: [3, 4], offset: 32, length: 48, computed: { shape: [3, 4] } });
    expect(names(part.computed!)).toEqual(['weight', 'constant', 'mul']);
  });
});
