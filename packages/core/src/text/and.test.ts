import { describe, expect, test } from 'vitest';
import { composeAnd, splitAnd } from './and.ts';

describe('AND', () => {
  test('parts keep the spaces before them and lose those after', () => {
    expect(splitAnd('a:1.2 AND b :0.5')).toEqual([
      { text: 'a', weight: 1.2 },
      { text: ' b', weight: 0.5 },
    ]);
  });

  test('only the last colon with a number to the end is a weight', () => {
    expect(splitAnd('12:30:1')).toEqual([{ text: '12:30', weight: 1 }]);
    expect(splitAnd('a:1e3')).toEqual([{ text: 'a:1e3', weight: 1 }]);
    expect(splitAnd('(a:1.2)')).toEqual([{ text: '(a:1.2)', weight: 1 }]);
    expect(splitAnd(':')).toEqual([{ text: ':', weight: 1 }]);
  });

  test('equal texts are listed once, over all prompts', () => {
    expect(composeAnd(['x AND y:2', 'x'])).toEqual({
      texts: ['x', ' y'],
      prompts: [
        [
          { index: 0, weight: 1 },
          { index: 1, weight: 2 },
        ],
        [{ index: 0, weight: 1 }],
      ],
    });
  });

  test('refuses a weight that is not finite', () => {
    expect(() => splitAnd(`a:${'9'.repeat(400)}`)).toThrowError(
      expect.objectContaining({ code: 'format', fault: 'out-of-range', source: 'prompt' }),
    );
  });
});
