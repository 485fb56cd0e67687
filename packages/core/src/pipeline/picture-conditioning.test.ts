import { describe, expect, test } from 'vitest';
import { tensor, torchRandom, type Tensor } from '../tensor/index.ts';
import { fakeModel, flatPicture } from '../testing/vitest/fake-model.ts';
import { conditioningFromNothing, conditioningFromPictures, type FromPictures } from './picture-conditioning.ts';
import type { PictureConditioning } from './predictor.ts';

const SIZE = { height: 16, width: 16 };
const white = tensor([1, 3, 16, 16], new Float32Array(3 * 16 * 16).fill(1));
/** The right half may change. */
const MASK = flatPicture(SIZE, [0], [255]);

async function from(inChannels: number, more: Partial<FromPictures> = {}): Promise<PictureConditioning | undefined> {
  const pictures = { pixels: [white], maskWeight: 1, height: 2, width: 2, editGuidance: false, ...more };
  return conditioningFromPictures(fakeModel({ inChannels }), pictures, torchRandom(1));
}

function round(values: Float32Array): number[] {
  return Array.from(values, (v) => Math.round(v * 1e5) / 1e5 + 0);
}

/** Channel `c` of an image, without the trace of noise that even a sure VAE leaves. */
function channel({ shape, data }: Tensor, c: number, image = 0): number[] {
  const area = shape[2]! * shape[3]!;
  return round(data.subarray((image * shape[1]! + c) * area, (image * shape[1]! + c + 1) * area));
}

describe('conditioningFromPictures', () => {
  test('is nothing for models that see no picture', async () => {
    expect(await from(4)).toBeUndefined();
  });

  test('is mask and picture, hidden where it may change, for models that inpaint', async () => {
    const { channels, blankForNegative } = (await from(9, { mask: MASK, pixels: [white, white] }))!;
    expect(channels.shape).toEqual([2, 5, 2, 2]);
    expect(blankForNegative).toBe(false);
    for (const image of [0, 1]) {
      expect(channel(channels, 0, image)).toEqual([0, 1, 0, 1]);
      expect(channel(channels, 1, image)).toEqual([1, 0, 1, 0]);
    }
  });

  test.each([
    [0, 1],
    [0.25, 0.75],
    [1, 0],
  ])('hides by the weight %d of the mask', async (maskWeight, left) => {
    const { channels } = (await from(9, { mask: MASK, maskWeight }))!;
    expect(channel(channels, 1)).toEqual([1, left, 1, left]);
  });

  test('takes the mask as all or nothing unless it is soft', async () => {
    const mask = flatPicture(SIZE, [0], [200]);
    expect(channel((await from(9, { mask, round: true }))!.channels, 0)[1]).toBe(1);
    expect(channel((await from(9, { mask, round: false }))!.channels, 0)[1]).toBeCloseTo(200 / 255, 4);
  });

  test('without a mask lets all change', async () => {
    expect(channel((await from(9))!.channels, 0)).toEqual([1, 1, 1, 1]);
  });

  test('is the picture as it is for models that edit', async () => {
    const { channels, blankForNegative } = (await from(8, { editGuidance: true }))!;
    expect(channels.shape).toEqual([1, 4, 2, 2]);
    expect(channel(channels, 0)).toEqual([1, 1, 1, 1]);
    expect(blankForNegative).toBe(true);
  });
});

describe('conditioningFromNothing', () => {
  test('is grey under a mask of ones, for models that inpaint only', async () => {
    for (const inChannels of [4, 8])
      expect(
        await conditioningFromNothing(fakeModel({ inChannels }), SIZE, torchRandom(1), { count: 1, method: 'Full' }),
      ).toBeUndefined();
    const { channels } = (await conditioningFromNothing(fakeModel({ inChannels: 9 }), SIZE, torchRandom(1), {
      count: 2,
      method: 'Full',
    }))!;
    expect(channels.shape).toEqual([2, 5, 2, 2]);
    expect(round(channels.data)).toEqual([1, 2].flatMap(() => [1, 1, 1, 1, ...new Array<number>(16).fill(0)]));
  });
});
