import { describe, expect, test } from 'vitest';
import { betaQuantile, betaShare } from './beta-quantile.ts';

describe('betaShare', () => {
  test('closed forms', () => {
    for (const x of [0.001, 0.1, 0.5, 0.77, 0.9999]) {
      expect(betaShare(x, 1, 1)).toBeCloseTo(x, 13);
      expect(betaShare(x, 3, 1)).toBeCloseTo(x ** 3, 13);
      expect(betaShare(x, 0.5, 0.5)).toBeCloseTo((2 / Math.PI) * Math.asin(Math.sqrt(x)), 13);
    }
  });

  test('the other tail has the parameters exchanged', () => {
    for (const x of [0.01, 0.3, 0.6]) expect(betaShare(x, 0.4, 0.9)).toBeCloseTo(1 - betaShare(1 - x, 0.9, 0.4), 13);
  });
});

describe('betaQuantile', () => {
  test('is the inverse', () => {
    for (const p of [0.001, 0.2, 0.5, 0.95]) expect(betaShare(betaQuantile(p, 0.6, 0.6), 0.6, 0.6)).toBeCloseTo(p, 12);
  });

  test('the ends, and odd parameters, end', () => {
    expect(betaQuantile(0, 0.6, 0.6)).toBe(0);
    expect(betaQuantile(1, 0.6, 0.6)).toBe(1);
    expect(betaQuantile(0.5, 1e-3, 1e-3)).toBeGreaterThanOrEqual(0);
    expect(betaQuantile(0.5, 1e4, 1e4)).toBeCloseTo(0.5, 6);
  });
});
