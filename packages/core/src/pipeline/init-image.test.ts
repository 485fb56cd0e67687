import { describe, expect, test } from 'vitest';
import type { Picture } from '../image/index.ts';
import type { Tensor } from '../tensor/index.ts';
import { fakeCodec, fakeModel, flatPicture } from '../testing/vitest/fake-model.ts';
import { initImage, type InitImage } from './init-image.ts';
import { processRandom } from './process-random.ts';
import { readRequest, type ImageRequest } from './request.ts';

const SIZE = { width: 16, height: 16 };
const [WHITE, BLACK, RIGHT] = [0, 1, 2] as const;
const PICTURES: readonly Picture[] = [
  flatPicture(SIZE, [255, 255, 255]),
  flatPicture(SIZE, [0, 0, 0]),
  flatPicture(SIZE, [0], [255]),
  flatPicture({ width: 32, height: 16 }, [255, 255, 255], [0, 0, 0]),
];

interface Case {
  readonly images?: readonly number[];
  readonly mask?: number;
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly inChannels?: number;
}

async function start({ images = [WHITE], mask, fields = {}, inChannels = 4 }: Case = {}): Promise<InitImage> {
  const body = {
    ...SIZE,
    init_images: images.map((index) => Uint8Array.of(index)),
    mask: mask === undefined ? null : Uint8Array.of(mask),
    mask_blur: 0,
    inpaint_full_res: false,
    inpainting_fill: 1,
    ...fields,
  };
  const request = readRequest('img2img', body, () => new Uint8Array()) as ImageRequest;
  const random = processRandom(1n, 'CPU');
  const seeds = [1n, 2n, 3n, 4n];
  const model = fakeModel({ inChannels });
  return initImage({ request, model, codec: fakeCodec(PICTURES), seeds, source: 'CPU', random });
}

/** Channel 0 of an image of latents. */
function plane({ shape, data }: Tensor, image = 0): number[] {
  const area = shape[2]! * shape[3]!;
  return Array.from(data.subarray(image * 4 * area, image * 4 * area + area), (v) => Math.round(v * 1e4) / 1e4 + 0);
}

describe('initImage', () => {
  test('fills a batch with one picture, or has one picture for each', async () => {
    const one = await start({ fields: { batch_size: 3 } });
    expect(one.latent.shape).toEqual([3, 4, 2, 2]);
    expect(plane(one.latent, 2)).toEqual([1, 1, 1, 1]);
    const two = await start({ images: [WHITE, BLACK], fields: { batch_size: 2 } });
    expect([plane(two.latent, 0), plane(two.latent, 1)]).toEqual([
      [1, 1, 1, 1],
      [-1, -1, -1, -1],
    ]);
    expect(one).toMatchObject({ mask: undefined, picture: undefined, overlays: [], colors: [], extra: [], notes: [] });
  });

  test('refuses more pictures than the batch has', async () => {
    await expect(start({ images: [WHITE, BLACK], fields: { batch_size: 1 } })).rejects.toMatchObject({
      name: 'RequestError',
      field: 'init_images',
    });
  });

  test.each([
    [0, [1, -1, 1, -1]],
    [3, [1, 1, -1, -1]],
  ])('brings pictures to size by mode %d', async (mode, squeezed) => {
    const { latent } = await start({
      images: [3],
      fields: { resize_mode: mode, ...(mode === 3 ? { width: 32 } : {}) },
    });
    expect(plane(latent).slice(0, 4).map(Math.sign)).toEqual(squeezed);
  });

  test('keeps what the mask leaves, and lays it over the result', async () => {
    const { mask, latent, overlays, extra } = await start({ mask: RIGHT });
    expect(plane({ shape: latent.shape, data: mask!.change })).toEqual([0, 1, 0, 1]);
    expect(mask!.picture).toEqual(latent.data);
    expect(overlays).toHaveLength(1);
    expect(extra).toEqual([['Masked content', null]]);
  });

  test('inverts the mask', async () => {
    const { mask, latent, extra } = await start({ mask: RIGHT, fields: { inpainting_mask_invert: 1 } });
    expect(plane({ shape: latent.shape, data: mask!.change })).toEqual([1, 0, 1, 0]);
    expect(extra).toContainEqual(['Mask mode', 'Inpaint not masked']);
  });

  test('starts the masked part from nothing, or from noise by the seed of each picture', async () => {
    const nothing = await start({ mask: RIGHT, fields: { inpainting_fill: 3 } });
    expect(plane(nothing.latent)).toEqual([1, 0, 1, 0]);
    const noise = await start({ mask: RIGHT, fields: { inpainting_fill: 2, batch_size: 2 } });
    const [first, second] = [plane(noise.latent, 0), plane(noise.latent, 1)];
    expect([first[0], first[2]]).toEqual([1, 1]);
    expect([first[1], first[3]]).not.toEqual([second[1], second[3]]);
    expect(noise.extra).toEqual([['Masked content', 'latent noise']]);
  });

  test('draws the whole picture where only a blank mask is to be drawn, and says so', async () => {
    const blank = await start({ mask: BLACK, fields: { inpaint_full_res: true } });
    expect(blank).toMatchObject({ mask: undefined, overlays: [], extra: [] });
    expect(blank.latent).toEqual((await start()).latent);
    expect(blank.notes).toHaveLength(1);
    // The infotext has a blur all the same, as the webui's.
    const soft = await start({ mask: BLACK, fields: { inpaint_full_res: true, mask_blur: 4 } });
    expect(soft).toMatchObject({ mask: undefined, extra: [['Mask blur', 4]] });
  });

  test('tells of blur and of the part that is drawn large', async () => {
    const fields = { inpaint_full_res: true, inpaint_full_res_padding: 4, mask_blur: 2, inpainting_fill: 0 };
    const { extra, overlays } = await start({ mask: RIGHT, fields });
    expect(extra).toEqual([
      ['Mask blur', 2],
      ['Inpaint area', 'Only masked'],
      ['Masked area padding', 4],
      ['Masked content', 'fill'],
    ]);
    expect(overlays[0]!.place).toBeDefined();
  });

  test('shows mask and picture to models that inpaint, the picture to those that edit', async () => {
    expect((await start({ mask: RIGHT, inChannels: 9 })).picture!.channels.shape).toEqual([1, 5, 2, 2]);
    const { picture } = await start({ inChannels: 8, fields: { image_cfg_scale: 1.5 } });
    expect(picture).toMatchObject({ blankForNegative: true, channels: { shape: [1, 4, 2, 2] } });
  });

  test('remembers colours when the setting asks for it', async () => {
    const fields = { override_settings: { img2img_color_correction: true }, batch_size: 2 };
    expect((await start({ fields })).colors).toHaveLength(2);
  });
});
