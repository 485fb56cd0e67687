import { gaussianBlur } from './box-blur.ts';
import { alphaComposite, cutOut } from './composite.ts';
import { toGray, toRgb, unpremultiply } from './convert.ts';
import { invert, picture, type Picture } from './picture.ts';

/** Blur radius and how often it is laid on, widest first. */
const LAYERS = [
  [256, 1],
  [64, 1],
  [16, 2],
  [4, 4],
  [2, 2],
  [0, 1],
] as const;

/** Fills the masked (bright) part with blurred surroundings (A1111 `masking.fill`). `mask` has the size of `image`. → RGB. */
export function fillMasked(image: Picture, mask: Picture): Picture {
  const outside = cutOut(toRgb(image), invert(toGray(mask)));
  let result = picture({ width: image.width, height: image.height, channels: 4 });
  for (const [radius, repeats] of LAYERS) {
    const layer = unpremultiply(gaussianBlur(outside, radius));
    for (let i = 0; i < repeats; i++) result = alphaComposite(result, layer);
  }
  return toRgb(result);
}
