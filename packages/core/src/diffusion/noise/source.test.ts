import { describe, expect, test } from 'vitest';
import { philoxRandom, torchRandom } from '../../tensor/index.ts';
import { noiseSource, normalStream } from './source.ts';

describe('noiseSource', () => {
  test('a graphics card is copied in software', () => {
    expect(['CPU', 'NV', 'GPU'].map(noiseSource)).toEqual(['CPU', 'NV', 'NV']);
  });
});

describe('normalStream', () => {
  test('draws from the generator of its source', () => {
    expect(normalStream('CPU', 3).normal(20)).toEqual(torchRandom(3).normal(20));
    expect(normalStream('NV', 3).normal(20)).toEqual(philoxRandom(3).normal(20));
  });
});
