import { describe, expect, test } from 'vitest';
import type { Type } from '../graph/index.ts';
import { checkAxis, checkRank, fixed } from './check.ts';

const X: Type = { shape: [2, 'n'], dtype: 'f32' };
const refused = expect.objectContaining({ name: 'ShapeError', code: 'shape', at: 'op', got: [2, 'n'] }) as Error;

describe('checkRank', () => {
  test('passes the rank and refuses others', () => {
    checkRank('op', X, 2);
    expect(() => checkRank('op', X, 3)).toThrowError(refused);
    expect(() => checkRank('op', X, 1)).toThrowError(refused);
  });
});

describe('checkAxis', () => {
  test.each([0, 1])('passes axis %s', (axis) => {
    expect(() => checkAxis('op', X, axis)).not.toThrow();
  });
  test.each([-1, 2, 0.5, NaN])('refuses axis %s', (axis) => {
    expect(() => checkAxis('op', X, axis)).toThrowError(refused);
  });
});

describe('fixed', () => {
  test('gives a number and refuses a symbol or an axis that is not there', () => {
    expect(fixed('op', X, 0)).toBe(2);
    expect(fixed('op', X, -2)).toBe(2);
    expect(() => fixed('op', X, 1)).toThrowError(refused);
    expect(() => fixed('op', X, 2)).toThrowError(refused);
  });
});
