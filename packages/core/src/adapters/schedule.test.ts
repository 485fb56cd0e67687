import { describe, expect, test } from 'vitest';
import { curveAt, isActive, parseCurve, parseStepRange } from './schedule.ts';

const range = (named: Record<string, string>): ReturnType<typeof parseStepRange> =>
  parseStepRange(new Map(Object.entries(named)));
/** Steps, counted from 1, in which a range is active. */
const active = (named: Record<string, string>, steps: number): number[] =>
  Array.from({ length: steps }, (_, i) => i + 1).filter((step) => isActive(range(named)!, { step: step - 1, steps }));

describe('a curve', () => {
  test.each([
    ['0.8', 0.8],
    ['-1', -1],
    ['.5', 0.5],
    ['1e-2', 0.01],
    [' 2 ', 2],
    ['1_000', 1000],
    [
      '0@0,1@0.5',
      [
        { at: 0, value: 0 },
        { at: 0.5, value: 1 },
      ],
    ],
    [
      '1@10;0@0',
      [
        { at: 0, value: 0 },
        { at: 10, value: 1 },
      ],
    ],
    [
      '0@0,1',
      [
        { at: 0, value: 0 },
        { at: 1, value: 1 },
      ],
    ],
  ])('%j', (text, expected) => {
    expect(parseCurve(text, 'te')).toEqual(expected);
  });

  test.each(['', 'a', '0x10', 'NaN', 'inf', '1e999', '0@', '@1', '1@2@3', '1,2', '1..2', '_1'])(
    '%j is refused',
    (text) => {
      expect(() => parseCurve(text, 'te')).toThrow(expect.objectContaining({ code: 'request', field: 'te' }));
    },
  );

  test('straight between its points, level outside; shares of the run or steps', () => {
    const shares = parseCurve('0@0.25,1@0.75', 'unet');
    expect([0, 2, 4, 6, 8, 9].map((step) => curveAt(shares, { step, steps: 10 }))).toEqual([0, 0, 0.5, 1, 1, 1]);
    const steps = parseCurve('1@2,0@6', 'unet');
    expect([0, 2, 3, 6, 9].map((step) => curveAt(steps, { step, steps: 10 }))).toEqual([1, 1, 0.75, 0, 0]);
    expect([curveAt(0.4, { step: 3, steps: 5 }), curveAt(shares, { step: 0, steps: 1 })]).toEqual([0.4, 1]);
  });
});

describe('a range of steps', () => {
  test.each([
    [{ start: '3' }, 5, [3, 4, 5]],
    [{ stop: '3' }, 5, [1, 2]],
    [{ start: '2', stop: '4' }, 5, [2, 3]],
    [{ step: '2-4' }, 5, [2, 3]],
    [{ step: '2-4', start: '1' }, 5, [2, 3]],
    [{ start: '0' }, 3, [1, 2, 3]],
    [{ start: '3', stop: '3' }, 5, []],
    [{ start: '4', stop: '2' }, 5, [4, 5]],
    [{ stop: '0.4' }, 20, [1, 2, 3, 4, 5, 6, 7]],
    [{ start: '0.01' }, 4, [1, 2, 3, 4]],
  ])('%j of %d steps', (named, steps, expected) => {
    expect(active(named as Record<string, string>, steps)).toEqual(expected);
  });

  test('none is none, and what is no number is refused', () => {
    expect(range({ te: '1' })).toBeUndefined();
    expect(range({ step: '5' })).toBeUndefined();
    const hint = expect.stringContaining('step=') as unknown;
    expect(() => range({ step: 'a-b' })).toThrow(expect.objectContaining({ code: 'request', field: 'start', hint }));
  });
});
