import { describe, expect, test } from 'vitest';
import { difference, verdict, type Tolerance } from './area.ts';

const LOOSE: Tolerance = { abs: 0.1, rel: 0.5 };
const EXACT: Tolerance = { abs: 0, rel: 0 };

describe('difference', () => {
  test('of equal lists is nothing, whatever is in them', () => {
    const values = [0, -0, 1.5, Infinity, -Infinity, NaN];
    expect(difference(values, values, EXACT)).toEqual({ share: 0, abs: 0, at: 0 });
    expect(difference([], [], EXACT)).toEqual({ share: 0, abs: 0, at: 0 });
    expect(difference([0], [-0], EXACT).share).toBe(0);
  });

  test('is the worst as a share of what is allowed there', () => {
    // Allowed: 0.1 + 0.5·|b|.
    expect(difference([1.5, 2.5], [1, 2], LOOSE)).toEqual({ share: 0.5 / 0.6, abs: 0.5, at: 0 });
    expect(difference([0, 0, 100], [0.05, 0, 101], LOOSE)).toMatchObject({ at: 0 });
    expect(difference([-4], [-2], LOOSE).share).toBeGreaterThan(1);
    expect(difference([-3], [-2], LOOSE).share).toBeLessThan(1);
  });

  test.each<[string, number, number]>([
    ['a number and NaN', 1, NaN],
    ['NaN and a number', NaN, 1],
    ['a number and infinity', 1, Infinity],
    ['infinity and a number', Infinity, 1],
    ['the infinities', Infinity, -Infinity],
    ['infinity and NaN', Infinity, NaN],
  ])('of %s is infinite under any tolerance', (_, a, b) => {
    for (const tolerance of [LOOSE, EXACT, { abs: 1e9, rel: 1e9 }])
      expect(difference([0, a], [0, b], tolerance)).toMatchObject({ share: Infinity, at: 1 });
  });

  test('of lists of different lengths is infinite', () => {
    expect(difference([1, 2], [1], LOOSE)).toEqual({ share: Infinity, abs: Infinity, at: 1 });
    expect(difference([], [1], LOOSE)).toEqual({ share: Infinity, abs: Infinity, at: 0 });
  });

  test('of any difference is infinite where nothing, or no number, is allowed', () => {
    expect(difference([1 + Number.EPSILON], [1], EXACT).share).toBe(Infinity);
    expect(difference([1], [2], { abs: NaN, rel: 0 }).share).toBe(Infinity);
    expect(difference([1], [2], {} as Tolerance).share).toBe(Infinity);
  });
});

describe('verdict', () => {
  test('passes what has no parts, and what is within its tolerances', () => {
    expect(verdict('id').result()).toEqual({ id: 'id', status: 'passed', share: 0 });
    const check = verdict('id');
    check.close('a', [1.5], [1], LOOSE);
    check.same('b', { x: [1, 'two', null] }, { x: [1, 'two', null] });
    expect(check.result()).toMatchObject({
      status: 'passed',
      share: 0.5 / 0.6,
      note: expect.stringContaining('a') as unknown,
    });
  });

  test('tells the worst part, whatever came before and after', () => {
    const check = verdict('id');
    check.close('small', [1.1], [1], LOOSE);
    check.close('large', [5], [1], LOOSE);
    check.close('medium', [1.7], [1], LOOSE);
    const { status, share, note } = check.result();
    expect(status).toBe('failed');
    expect(share).toBeCloseTo(4 / 0.6);
    expect(note).toMatch(/^large: /);
  });

  test.each<[string, (check: ReturnType<typeof verdict>) => void]>([
    ['another value', (check) => check.same('part', { a: 1 }, { a: 2 })],
    ['another order', (check) => check.same('part', [1, 2], [2, 1])],
    ['nothing', (check) => check.same('part', undefined, null)],
    ['a reason in words', (check) => check.fail('because')],
    ['another length', (check) => check.close('part', [1], [1, 2], { abs: 9, rel: 9 })],
    ['a number for infinity', (check) => check.close('part', [1], [Infinity], LOOSE)],
  ])('fails for %s', (_, fault) => {
    const check = verdict('id');
    fault(check);
    check.close('later', [1], [1], LOOSE);
    expect(check.result()).toMatchObject({
      id: 'id',
      status: 'failed',
      share: Infinity,
      note: expect.any(String) as unknown,
    });
  });

  test('keeps its note short', () => {
    const check = verdict('id');
    check.same('part', 'x'.repeat(10_000), 'y');
    expect(check.result().note!.length).toBeLessThan(400);
  });
});
