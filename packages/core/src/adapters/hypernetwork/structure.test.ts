import { describe, expect, test } from 'vitest';
import { RequestError } from '../../errors/index.ts';
import { derivedDropout, hypernetworkLayers, stepsFit, type HypernetworkStructure } from './structure.ts';

const PLAIN: HypernetworkStructure = {
  layers: [1, 2, 1],
  activation: 'relu',
  layerNorm: false,
  activateOutput: true,
  dropout: [0, 0, 0],
};

describe('hypernetworkLayers', () => {
  const kinds = (changes: Partial<HypernetworkStructure>): string[] =>
    hypernetworkLayers(8, { ...PLAIN, ...changes }).map(({ kind, index }) => `${index} ${kind}`);

  test('every step takes a number', () => {
    expect(kinds({})).toEqual(['0 linear', '1 activation', '2 linear', '3 activation']);
    expect(kinds({ activateOutput: false })).toEqual(['0 linear', '1 activation', '2 linear']);
    expect(kinds({ activation: 'linear' })).toEqual(['0 linear', '1 linear']);
    expect(kinds({ activation: undefined, layerNorm: true })).toEqual(['0 linear', '1 norm', '2 linear', '3 norm']);
    expect(kinds({ dropout: [0, 0.3, 0], activateOutput: false })).toEqual([
      '0 linear',
      '1 activation',
      '2 dropout',
      '3 linear',
    ]);
  });

  test('widths are cut to whole numbers', () => {
    const [first] = hypernetworkLayers(640, { ...PLAIN, layers: [1, 0.005, 1] });
    expect(first).toEqual({ kind: 'linear', index: 0, from: 640, to: 3 });
  });

  test.each([
    [[]],
    [[1]],
    [[2, 1]],
    [[1, 2]],
    [[1, 0.001, 1]],
    [[1, NaN, 1]],
    [[1, -2, 1]],
    [new Array<number>(65).fill(1)],
  ])('%j is refused', (layers) => {
    expect(() => hypernetworkLayers(8, { ...PLAIN, layers })).toThrowError(RequestError);
  });

  test('an activation that cannot be built is refused before any work', () => {
    expect(() => hypernetworkLayers(8, { ...PLAIN, activation: 'threshold' })).toThrowError(RequestError);
  });
});

test.each([
  [{}, true],
  [{ activation: 'relu', layerNorm: true, activateOutput: true }, true],
  [{ activation: 'glu' }, false],
  [{ activation: 'glu', layerNorm: true }, false],
  [{ activation: 'glu', activateOutput: true, layers: [1, 1] }, false],
  [{ activation: 'glu', activateOutput: false, layers: [1, 1] }, true],
])('the steps of %j fit each other: %s', (changes, expected) => {
  expect(stepsFit(8, hypernetworkLayers(8, { ...PLAIN, ...changes }))).toBe(expected);
});

test.each([
  [[1, 2, 1], false, true, [0, 0, 0]],
  [[1, 2, 1], true, false, [0, 0, 0]],
  [[1, 2, 1], true, true, [0, 0.3, 0]],
  [[1, 2, 2, 1], true, false, [0, 0.3, 0, 0]],
  [[1, 2, 4, 2, 1], true, true, [0, 0.3, 0.3, 0.3, 0]],
])('dropout of %j, used %s, last %s', (layers, use, last, expected) => {
  expect(derivedDropout(layers, { use, last })).toEqual(expected);
});
