import { picture, toRgb, type Picture } from '../../image/index.ts';

/** How far a picture is from another, over red, green and blue. */
export interface Difference {
  /** Mean |a − b| of all samples, in grey levels 0…255. */
  readonly mean: number;
  /** The largest |a − b|. */
  readonly max: number;
  /** Share of pixels, 0…1, of which some sample differs by more than `VISIBLE` levels. */
  readonly changed: number;
}

/** Grey levels from which on a difference counts as one that can be seen. */
export const VISIBLE = 8;

/** Measures two pictures of one size; undefined for two sizes. Opacity does not count. */
export function measureDifference(a: Picture, b: Picture): Difference | undefined {
  if (a.width !== b.width || a.height !== b.height) return undefined;
  const [left, right] = [toRgb(a).data, toRgb(b).data];
  let [sum, max, changed] = [0, 0, 0];
  for (let i = 0; i < left.length; i += 3) {
    let most = 0;
    for (let k = i; k < i + 3; k++) {
      const gap = Math.abs(left[k]! - right[k]!);
      sum += gap;
      if (gap > most) most = gap;
    }
    if (most > max) max = most;
    if (most > VISIBLE) changed++;
  }
  return { mean: sum / left.length, max, changed: changed / (a.width * a.height) };
}

/** Colours of a heat picture: no difference, then evenly up to the whole. */
const HEAT = [
  [0, 0, 0],
  [64, 0, 96],
  [200, 30, 40],
  [255, 160, 0],
  [255, 255, 220],
] as const;

/**
 * A picture of where two pictures of one size differ: from black over purple, red and yellow to white, by the mean |a − b| of a pixel's
 * samples. `full`: the difference in grey levels that is white, more than 0. → RGB; undefined for two sizes.
 */
export function heatPicture(a: Picture, b: Picture, full = 255): Picture | undefined {
  if (a.width !== b.width || a.height !== b.height) return undefined;
  const [left, right] = [toRgb(a).data, toRgb(b).data];
  const out = picture({ width: a.width, height: a.height, channels: 3 });
  for (let i = 0; i < left.length; i += 3) {
    let sum = 0;
    for (let k = i; k < i + 3; k++) sum += Math.abs(left[k]! - right[k]!);
    const place = Math.min(1, sum / 3 / full) * (HEAT.length - 1);
    const low = Math.min(HEAT.length - 2, Math.floor(place));
    for (let k = 0; k < 3; k++) {
      const [from, to] = [HEAT[low]![k]!, HEAT[low + 1]![k]!];
      out.data[i + k] = Math.round(from + (to - from) * (place - low));
    }
  }
  return out;
}
