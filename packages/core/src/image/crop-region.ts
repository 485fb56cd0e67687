import type { Picture, Region } from './picture.ts';

/** The box around all non-zero pixels of a grey mask, `padding` pixels wider on each side, inside the mask; undefined for a blank one. */
export function maskRegion(mask: Picture, padding: number): Region | undefined {
  const { width, height, data } = mask;
  let [x1, y1, x2, y2] = [width, height, 0, 0];
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      if (data[at] === 0) continue;
      if (x < x1) x1 = x;
      if (x >= x2) x2 = x + 1;
      if (y < y1) y1 = y;
      y2 = y + 1;
    }
  }
  if (x2 === 0) return undefined;
  return [
    Math.max(x1 - padding, 0),
    Math.max(y1 - padding, 0),
    Math.min(x2 + padding, width),
    Math.min(y2 + padding, height),
  ];
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Widens a region to the aspect of the working size, moved back inside the picture and cut there (A1111 `expand_crop_region`). */
export function expandRegion(
  region: Region,
  { working, image }: { readonly working: Size; readonly image: Size },
): Region {
  const [x1, y1, x2, y2] = region;
  const ratio = working.width / working.height;
  if ((x2 - x1) / (y2 - y1) > ratio) {
    const [top, bottom] = widen([y1, y2], (x2 - x1) / ratio, image.height);
    return [x1, top, x2, bottom];
  }
  const [left, right] = widen([x1, x2], (y2 - y1) * ratio, image.width);
  return [left, y1, right, y2];
}

function widen([from, to]: readonly [number, number], wanted: number, limit: number): readonly [number, number] {
  const more = Math.trunc(wanted - (to - from));
  const before = Math.floor(more / 2);
  let low = from - before;
  let high = to + more - before;
  if (high >= limit) {
    low -= high - limit;
    high = limit;
  }
  if (low < 0) {
    high -= low;
    low = 0;
  }
  return [low, Math.min(high, limit)];
}
