import { describe, expect, test } from 'vitest';
import { expectShapeError } from '../testing/vitest/refuse.ts';
import { dimCeilHalf, dimDiv, dimMul, dimProduct, isEven, monomial, sameShape, type Dim } from './dim.ts';

const DIMS: readonly Dim[] = [1, 6, 'h', '8*h', 'h*w', 'h/2', '3*h*h*w/4', 'ceil(h/2)', 'ceil(ceil(h/2)/2)*w'];

describe('the algebra of sizes', () => {
  test.each(DIMS)('%s: spelling is canonical, 1 is neutral, 0 annihilates', (dim) => {
    expect(dimMul(dim)).toBe(dim);
    expect(dimMul(1, dim)).toBe(dim);
    expect(dimMul(dim, 0)).toBe(0);
  });

  test('products commute and associate, and division undoes them', () => {
    for (const a of DIMS) {
      for (const b of DIMS) {
        expect(dimMul(a, b)).toBe(dimMul(b, a));
        expect(dimDiv(dimMul(a, b), b)).toBe(a);
        for (const c of DIMS) expect(dimMul(dimMul(a, b), c)).toBe(dimMul(a, dimMul(b, c)));
      }
    }
  });

  test.each<[readonly Dim[], Dim]>([
    [[], 1],
    [[2, 3], 6],
    [['w', 4, 'h'], '4*h*w'],
    [['h/2', 2], 'h'],
    [['h/2', 'w/2', 8], '2*h*w'],
    [['ceil(h/2)', 'ceil(w/2)'], 'ceil(h/2)*ceil(w/2)'],
  ])('the product of %j is %s', (dims, product) => {
    expect(dimMul(...dims)).toBe(product);
    expect(dimProduct(dims)).toBe(product);
  });

  test.each<[Dim, Dim, Dim]>([
    [6, 3, 2],
    ['8*h', 2, '4*h'],
    ['h', 2, 'h/2'],
    ['h/2', 3, 'h/6'],
    ['4*h*w', 'h', '4*w'],
    ['h*h', 'h*h', 1],
    ['ceil(h/2)*w', 'ceil(h/2)', 'w'],
  ])('%s over %s is %s', (a, b, quotient) => {
    expect(dimDiv(a, b)).toBe(quotient);
  });

  test('refuses what does not divide', () => {
    expectShapeError(() => dimDiv(7, 2), 'dim', ['7/2']);
    expectShapeError(() => dimDiv(7, 0), 'dim', ['1/0']);
    expectShapeError(() => dimDiv('h', 'w'), 'dim', ['h']);
    expectShapeError(() => dimDiv(4, 'h'), 'dim', [4]);
    expectShapeError(() => dimDiv('h', '2*h'), 'dim', ['1/2']);
  });
});

describe('dimCeilHalf', () => {
  test.each<[Dim, Dim]>([
    [8, 4],
    [7, 4],
    [1, 1],
    ['8*h', '4*h'],
    ['2*h*w', 'h*w'],
    ['h', 'ceil(h/2)'],
    ['3*h', 'ceil(3*h/2)'],
    ['h/2', 'ceil(h/2/2)'],
    ['ceil(h/2)', 'ceil(ceil(h/2)/2)'],
  ])('of %s is %s', (dim, half) => {
    expect(dimCeilHalf(dim)).toBe(half);
  });
});

test.each<[Dim, boolean]>([
  [4, true],
  [3, false],
  ['2*h', true],
  ['h', false],
  ['h*w', false],
  ['2*h/3', false],
  ['ceil(2*h/3)', false],
])('isEven(%s) is %s', (dim, even) => {
  expect(isEven(dim)).toBe(even);
});

test('monomial takes a size apart; what stands in parentheses is one name', () => {
  expect(monomial(5)).toEqual({ numerator: 5, denominator: 1, names: [] });
  expect(monomial('h')).toEqual({ numerator: 1, denominator: 1, names: ['h'] });
  expect(monomial('12*ceil(4*h/2)*w/5')).toEqual({ numerator: 12, denominator: 5, names: ['ceil(4*h/2)', 'w'] });
});

test('sameShape compares symbol by symbol', () => {
  expect(sameShape([1, 'h'], [1, 'h'])).toBe(true);
  expect(sameShape([1, 'h'], [1, 'w'])).toBe(false);
  expect(sameShape([1, 'h'], [1, 'h', 1])).toBe(false);
  expect(sameShape([], [])).toBe(true);
});
