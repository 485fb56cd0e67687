import { describe, expect, test } from 'vitest';
import { gather, guide, rowsOf, spreadRows, type Guidance, type Predictions } from './guidance.ts';

/** One number an image, so that predictions can be read. */
function predictions(guidance: Guidance, values: readonly number[], skipNegative = false): Predictions {
  const rows = rowsOf(guidance, skipNegative);
  expect(rows).toHaveLength(values.length);
  return { rows, out: Float32Array.from(values), size: 1 };
}

const two: Guidance = { scale: 3, parts: [[1], [1]] };

describe('rowsOf', () => {
  test('all prompts image by image, then all negatives', () => {
    const rows = rowsOf({ scale: 1, parts: [[1, 0.5], [1]] }, false);
    expect(rows.map(({ kind, image, part }) => `${kind} ${image} ${part}`)).toEqual([
      'prompt 0 0',
      'prompt 0 1',
      'prompt 1 0',
      'negative 0 0',
      'negative 1 0',
    ]);
  });

  test('an edit model sees each picture alone too, and refuses AND', () => {
    const rows = rowsOf({ scale: 7, parts: [[1]], imageScale: 1.5 }, false);
    expect(rows.map(({ kind }) => kind)).toEqual(['prompt', 'picture', 'negative']);
    expect(() => rowsOf({ scale: 7, parts: [[1, 1]], imageScale: 1.5 }, false)).toThrowError(
      expect.objectContaining({ code: 'request', field: 'prompt' }),
    );
    expect(rowsOf({ scale: 7, parts: [[1, 1]], imageScale: 1 }, false)).toHaveLength(3);
  });
});

describe('spreadRows', () => {
  test('repeats each image for its rows', () => {
    const rows = rowsOf({ scale: 1, parts: [[1, 1], [1]] }, false);
    expect([...spreadRows(Float32Array.of(1, 2, 3, 4), rows)]).toEqual([1, 2, 1, 2, 3, 4, 1, 2, 3, 4]);
  });
});

describe('guide', () => {
  test('u + s·(c − u) for each image', () => {
    expect([...guide(predictions(two, [5, 6, 1, 2]), two)]).toEqual([13, 14]);
  });

  test('a scale of 1 gives the prompt', () => {
    const one = { ...two, scale: 1 };
    expect([...guide(predictions(one, [5, 6, 1, 2]), one)]).toEqual([5, 6]);
  });

  test('parts of a prompt add up by weight', () => {
    const parts: Guidance = { scale: 2, parts: [[1, -0.5]] };
    expect([...guide(predictions(parts, [3, 7, 1]), parts)]).toEqual([1 + 2 * 2 - 0.5 * 2 * 6]);
  });

  test('without the negative prompt the scale is 1 and the first part stands in', () => {
    expect([...guide(predictions(two, [5, 6], true), two)]).toEqual([5, 6]);
    const parts: Guidance = { scale: 9, parts: [[1, 0.5]] };
    expect([...guide(predictions(parts, [4, 8], true), parts)]).toEqual([4 + 0.5 * (8 - 4)]);
  });

  test('an edit model: u + s·(c − p) + s_p·(p − u)', () => {
    const edit: Guidance = { scale: 4, parts: [[1]], imageScale: 2 };
    expect([...guide(predictions(edit, [5, 3, 1]), edit)]).toEqual([1 + 4 * 2 + 2 * 2]);
  });

  test('contrast is taken back image by image', () => {
    const full: Guidance = { scale: 3, parts: [[1]], rescale: 1 };
    const rows = rowsOf(full, false);
    const out = Float32Array.of(1, -1, 3, -3, 0, 0, 0, 0);
    const guided = guide({ rows, out, size: 4 }, full);
    expect([...guided]).toEqual([1, -1, 3, -3]);
    const half = guide({ rows, out, size: 4 }, { ...full, rescale: 0.5 });
    half.forEach((value, i) => expect(value).toBeCloseTo(2 * out[i]!, 5));
  });
});

describe('gather', () => {
  test('takes one kind for every image', () => {
    expect([...gather(predictions(two, [5, 6, 1, 2]), 'negative', 2)]).toEqual([1, 2]);
    expect([...gather(predictions(two, [5, 6], true), 'negative', 2)]).toEqual([5, 6]);
  });
});
