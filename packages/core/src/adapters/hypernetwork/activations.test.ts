import { describe, expect, test } from 'vitest';
import { RequestError } from '../../errors/index.ts';
import { input } from '../../graph/index.ts';
import { checkElementwise } from '../../testing/vitest/check-elementwise.ts';
import { activation, learns } from './activations.ts';

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const softplus = (x: number): number => Math.log1p(Math.exp(x));
const clip = (x: number, low: number, high: number): number => Math.min(Math.max(x, low), high);
const elu = (x: number): number => (x > 0 ? x : Math.expm1(x));

/** torch.nn's formulas with default arguments. */
const FORMULAS: Readonly<Record<string, (x: number) => number>> = {
  celu: elu,
  elu,
  hardshrink: (x) => (Math.abs(x) > 0.5 ? x : 0),
  hardsigmoid: (x) => clip(x / 6 + 0.5, 0, 1),
  hardswish: (x) => (x * clip(x + 3, 0, 6)) / 6,
  hardtanh: (x) => clip(x, -1, 1),
  leakyrelu: (x) => (x > 0 ? x : 0.01 * x),
  logsigmoid: (x) => Math.log(sigmoid(x)),
  mish: (x) => x * Math.tanh(softplus(x)),
  prelu: (x) => (x > 0 ? x : 0.25 * x),
  relu: (x) => Math.max(x, 0),
  relu6: (x) => clip(x, 0, 6),
  rrelu: (x) => (x > 0 ? x : (11 / 48) * x),
  selu: (x) => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Math.expm1(x)),
  sigmoid,
  silu: (x) => x * sigmoid(x),
  softplus,
  softshrink: (x) => Math.sign(x) * Math.max(Math.abs(x) - 0.5, 0),
  softsign: (x) => x / (1 + Math.abs(x)),
  swish: (x) => (x * clip(x + 3, 0, 6)) / 6,
  tanh: Math.tanh,
  tanhshrink: (x) => x - Math.tanh(x),
};

describe.each(Object.entries(FORMULAS))('%s', (name, formula) => {
  checkElementwise((x) => activation(name)(x), formula, [-8, 8]);
});

describe('activation', () => {
  test.each(['threshold', 'multiheadattention', 'ReLU', '', 'constructor'])('%j is refused', (name) => {
    expect(() => activation(name)).toThrowError(RequestError);
  });

  test('softmax runs over the first axis of a context, as torch chooses', () => {
    const [x] = [input('x', [2, 5, 8])];
    expect(activation('softmax')(x).attrs).toEqual({ axis: 0 });
    expect(activation('softmax')(input('x', [2, 5])).attrs).toEqual({ axis: 1 });
  });

  test('glu leaves half of the features', () => {
    expect(activation('glu')(input('x', [2, 5, 8])).shape).toEqual([2, 5, 4]);
  });

  test('only prelu learns', () => {
    expect(['prelu', 'relu'].map(learns)).toEqual([true, false]);
  });
});
