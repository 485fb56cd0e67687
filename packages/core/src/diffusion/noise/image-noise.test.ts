import { describe, expect, test } from 'vitest';
import { torchRandom } from '../../tensor/index.ts';
import { globalRandom, imageNoise, type ImageNoiseOptions } from './image-noise.ts';

const base: ImageNoiseOptions = { source: 'CPU', shape: [4, 8, 8], seeds: [5, 6, 7] };
const SIZE = 256;

describe('imageNoise', () => {
  test('an image has the same noise alone and in a batch, in every draw', () => {
    const batch = imageNoise(base);
    const alone = imageNoise({ ...base, seeds: [6] });
    for (let draw = 0; draw < 3; draw++) expect(batch.next().subarray(SIZE, 2 * SIZE)).toEqual(alone.next());
  });

  test('variation strength 0 changes nothing, 1 gives the other seed', () => {
    const from = { ...base, seeds: [5], subseeds: [9] };
    expect(imageNoise({ ...from, subseedStrength: 0 }).next()).toEqual(imageNoise({ ...base, seeds: [5] }).next());
    const other = imageNoise({ ...base, seeds: [9] }).next();
    imageNoise({ ...from, subseedStrength: 1 })
      .next()
      .forEach((value, i) => expect(value).toBeCloseTo(other[i]!, 6));
  });

  test('a seed delta changes every draw but the first', () => {
    const plain = imageNoise(base);
    const moved = imageNoise({ ...base, seedDelta: 31337 });
    expect(moved.next()).toEqual(plain.next());
    expect(moved.next()).toEqual(imageNoise({ ...base, seeds: [31342, 31343, 31344] }).next());
    expect(moved.next()).not.toEqual(plain.next());
  });

  test('a seed delta is added exactly to a large seed', () => {
    const large = imageNoise({ ...base, seeds: [6687881544318117707n], seedDelta: 1 });
    large.next();
    expect(large.next()).toEqual(imageNoise({ ...base, seeds: [6687881544318117708n] }).next());
  });

  test('a smaller seed size lies in the middle; the border is the seed noise of the full size', () => {
    const full = imageNoise({ ...base, shape: [4, 10, 14], seeds: [3] }).next();
    const small = imageNoise({ ...base, shape: [4, 4, 4], seeds: [3] }).next();
    const resized = imageNoise({
      ...base,
      shape: [4, 10, 14],
      seeds: [3],
      seedResizeFrom: { height: 32, width: 32 },
    }).next();
    expect(resized.subarray(0, 14 * 3)).toEqual(full.subarray(0, 14 * 3));
    expect(resized.subarray(14 * 3 + 5, 14 * 3 + 9)).toEqual(small.subarray(0, 4));
  });

  test('a resize from one length only is no resize', () => {
    const resized = imageNoise({ ...base, seedResizeFrom: { height: 0, width: 64 } });
    expect(resized.next()).toEqual(imageNoise(base).next());
  });
});

describe('globalRandom', () => {
  test('a CPU draw leaves it at the last seed; the other source leaves it alone', () => {
    expect(globalRandom('CPU', [1, 2]).normal(16)).toEqual(torchRandom(2).normal(16));
    expect(globalRandom('NV', [1, 2]).normal(16)).toEqual(torchRandom(0).normal(16));
  });
});
