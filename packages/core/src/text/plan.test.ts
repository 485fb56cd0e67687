import { describe, expect, test } from 'vitest';
import { conditioningPlan, rowsAt } from './plan.ts';

describe('plan', () => {
  test('equal texts are encoded once; rows go picture after picture', () => {
    const plan = conditioningPlan(['a AND [b:c:1]:0.5', 'a'], ['x', 'x'], { steps: 4 });
    expect(plan.positive.map((entries) => entries.map(({ text }) => text))).toEqual([['a'], [' b', ' c']]);
    expect(plan.negative).toHaveLength(1);
    expect(rowsAt(plan, 2)).toEqual({
      positive: [
        { schedule: 0, entry: 0 },
        { schedule: 1, entry: 1 },
        { schedule: 0, entry: 0 },
      ],
      negative: [
        { schedule: 0, entry: 0 },
        { schedule: 0, entry: 0 },
      ],
      parts: [
        [
          { row: 0, weight: 1 },
          { row: 1, weight: 0.5 },
        ],
        [{ row: 2, weight: 1 }],
      ],
    });
  });

  test('AND is text in a negative prompt', () => {
    const { negative } = conditioningPlan(['a'], ['b AND c:2'], { steps: 4 });
    expect(negative).toEqual([[{ end: 4, text: 'b AND c:2' }]]);
  });

  test('refuses unequal numbers of prompts', () => {
    expect(() => conditioningPlan(['a'], [], { steps: 4 })).toThrowError(
      expect.objectContaining({ code: 'request', field: 'negative_prompt' }),
    );
  });
});
