import { describe, expect, test } from 'vitest';
import { decidePrediction, PROBE, readPrediction, statedPrediction, type PredictionSigns } from './prediction.ts';

const config = (prediction: 'epsilon' | 'v', zeroTerminal = false): PredictionSigns['config'] => ({
  prediction,
  zeroTerminal,
  name: 'a.yaml',
});
const metadata = (word: string): ReadonlyMap<string, string> => new Map([['modelspec.prediction_type', word]]);
const NOTHING: PredictionSigns = { metadata: new Map(), tensors: new Set() };
const everything = (word: 'epsilon' | 'v'): PredictionSigns => ({
  option: word,
  config: config(word),
  metadata: metadata(word),
  tensors: new Set(['v_pred']),
});

describe('statedPrediction', () => {
  test('the more deliberate word wins', () => {
    const signs = everything('epsilon');
    expect(statedPrediction(signs)).toMatchObject({ prediction: 'epsilon', from: 'option' });
    expect(statedPrediction({ ...signs, option: undefined })).toMatchObject({ prediction: 'epsilon', from: 'config' });
    const own = { ...signs, option: undefined, config: undefined };
    expect(statedPrediction(own)).toMatchObject({ prediction: 'epsilon', from: 'metadata' });
    expect(statedPrediction({ ...own, metadata: new Map() })).toMatchObject({ prediction: 'v', from: 'marker' });
    expect(statedPrediction(NOTHING)).toBeUndefined();
  });

  test.each<[boolean, string, Partial<PredictionSigns>]>([
    [true, 'both markers', { tensors: new Set(['v_pred', 'ztsnr']) }],
    [false, 'the marker of v alone', { tensors: new Set(['v_pred']) }],
    [true, 'its marker beside another word for v', { option: 'v', tensors: new Set(['ztsnr']) }],
    [false, 'noise that was asked for', { option: 'epsilon', tensors: new Set(['v_pred', 'ztsnr']) }],
    [true, 'a configuration', { config: config('v', true) }],
  ])('a zero terminal ratio is %s for %s', (zeroTerminal, _, signs) => {
    expect(statedPrediction({ ...NOTHING, ...signs })).toMatchObject({ zeroTerminal });
  });

  test('a word in the metadata that means nothing is passed over', () => {
    expect(statedPrediction({ ...NOTHING, metadata: metadata('sample') })).toBeUndefined();
  });
});

describe('decidePrediction', () => {
  test.each([
    [PROBE.below - 0.1, 'v'],
    [PROBE.below, 'epsilon'],
    [0, 'epsilon'],
    [Number.NaN, 'epsilon'],
  ] as const)('an answer of %d means %s', async (answer, prediction) => {
    expect(await decidePrediction(NOTHING, async () => answer)).toMatchObject({ prediction, from: 'probe' });
  });

  test('no network is asked when something was said, or there is none to ask', async () => {
    const ask = async (): Promise<number> => Promise.reject(new Error('asked'));
    expect(await decidePrediction({ ...NOTHING, option: 'v' }, ask)).toMatchObject({ from: 'option' });
    expect(await decidePrediction(NOTHING)).toMatchObject({ prediction: 'epsilon', from: 'default' });
  });
});

test.each([
  ['v', 'v'],
  ['V-Prediction', 'v'],
  [' v prediction ', 'v'],
  ['EPS', 'epsilon'],
  ['epsilon', 'epsilon'],
  ['', undefined],
  ['sample', undefined],
  ['constructor', undefined],
])('the word %j means %s', (word, prediction) => {
  expect(readPrediction(word)).toBe(prediction);
});
