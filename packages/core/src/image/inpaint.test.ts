import { describe, expect, test } from 'vitest';
import { fillMasked } from './fill.ts';
import { latentMask, prepareImage, prepareMask, type ImageOptions, type MaskOptions } from './inpaint.ts';
import { applyOverlay } from './overlay.ts';
import { picture, type Picture } from './picture.ts';

const MASK: MaskOptions = {
  width: 32,
  height: 32,
  resizeMode: 0,
  invert: false,
  blurX: 0,
  blurY: 0,
  round: true,
  onlyMasked: false,
  padding: 0,
};
const IMAGE: ImageOptions = { width: 32, height: 32, resizeMode: 0, background: '#ffffff', maskedContent: 1 };

function image(width = 32, height = 32): Picture {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 89) % 256);
  return picture({ width, height, channels: 3 }, data);
}

/** White from x1 to x2. */
function mask(x1: number, x2: number, width = 32, height = 32): Picture {
  const result = picture({ width, height, channels: 1 });
  for (let y = 8; y < 24; y++) result.data.fill(255, y * width + x1, y * width + x2);
  return result;
}

describe('prepareMask', () => {
  test('inverts before it blurs', () => {
    const { mask: out } = prepareMask(mask(8, 24), { ...MASK, invert: true })!;
    expect([out.data[0], out.data[16 * 32 + 16]]).toEqual([255, 0]);
  });
  test('blur widens the region that is worked on', () => {
    const sharp = prepareMask(mask(8, 24), { ...MASK, onlyMasked: true })!.region;
    const soft = prepareMask(mask(8, 24), { ...MASK, onlyMasked: true, blurX: 2, blurY: 2 })!.region;
    expect(sharp).toEqual([8, 8, 24, 24]);
    expect(soft).toEqual([3, 3, 29, 29]);
  });
  // A blank mask makes the request plain image-to-image.
  test('a blank mask is dropped when only the masked part is wanted', () => {
    expect(prepareMask(mask(0, 0), { ...MASK, onlyMasked: true, padding: 32 })).toBeUndefined();
    expect(prepareMask(mask(0, 0), MASK)).toBeDefined();
  });
});

describe('prepareImage', () => {
  test('without a mask, only the size changes', () => {
    expect(prepareImage(image(), undefined, IMAGE)).toEqual({ image: image() });
  });
  test('laying the overlay over the picture itself gives it back', () => {
    const { overlay } = prepareImage(image(), prepareMask(mask(8, 24), MASK), IMAGE);
    expect(applyOverlay(image(), overlay!)).toEqual(image());
  });
  test('a result changes the masked part only', () => {
    const { overlay } = prepareImage(image(), prepareMask(mask(8, 24), MASK), IMAGE);
    const { data } = applyOverlay(picture({ width: 32, height: 32, channels: 3 }), overlay!);
    const inside = (i: number): boolean => {
      const [x, y] = [Math.floor(i / 3) % 32, Math.floor(i / 96)];
      return x >= 8 && x < 24 && y >= 8 && y < 24;
    };
    expect(data.every((v, i) => v === (inside(i) ? 0 : image().data[i]))).toBe(true);
  });
  test('a part that was worked on goes back to its place', () => {
    const prepared = prepareMask(mask(20, 36, 64, 48), { ...MASK, onlyMasked: true });
    const { image: part, overlay, place } = prepareImage(image(64, 48), prepared, IMAGE);
    expect([part.width, part.height]).toEqual([32, 32]);
    expect(place).toEqual({ x: 20, y: 8, width: 16, height: 16 });
    const { width, height, data } = applyOverlay(part, overlay!, place);
    expect([width, height]).toEqual([64, 48]);
    expect([...data.subarray(0, 9)]).toEqual([...image().data.subarray(0, 9)]);
  });
});

test('filling takes the colours of the surroundings', () => {
  const source = picture({ width: 32, height: 32, channels: 3 });
  source.data.fill(120);
  const hole = mask(8, 24);
  for (let i = 0; i < hole.data.length; i++) if (hole.data[i] !== 0) source.data.fill(0, 3 * i, 3 * i + 3);
  const { data } = fillMasked(source, hole);
  expect(Math.min(...data)).toBeGreaterThanOrEqual(112);
  expect(Math.max(...data)).toBeLessThanOrEqual(120);
});

test('the mask in the latent is all or nothing, or soft', () => {
  const half = picture({ width: 16, height: 8, channels: 1 });
  for (let y = 0; y < 8; y++) half.data.fill(255, y * 16 + 6, y * 16 + 16);
  const size = { width: 2, height: 1 };
  expect([...latentMask(half, { ...size, round: true })]).toEqual([0, 1]);
  const [soft] = latentMask(half, { ...size, round: false });
  expect(soft).toBeGreaterThan(0.1);
  expect(soft).toBeLessThan(0.5);
});
