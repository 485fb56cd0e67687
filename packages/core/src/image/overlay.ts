import { alphaComposite } from './composite.ts';
import { toRgb, toRgba } from './convert.ts';
import { paste } from './crop.ts';
import { picture, type Picture } from './picture.ts';
import { resizeToMode } from './resize-mode.ts';

/** Where a result belongs in a larger picture, in its pixels. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Lays the kept part of the initial picture (RGBA) over a result; with `place`, the result is first fitted in there. → RGB. */
export function applyOverlay(result: Picture, overlay: Picture, place?: Place): Picture {
  return toRgb(alphaComposite(place ? putBack(result, overlay, place) : toRgba(result), overlay));
}

function putBack(result: Picture, { width, height }: Picture, place: Place): Picture {
  const fitted = resizeToMode(result, { mode: 1, width: place.width, height: place.height });
  return paste(picture({ width, height, channels: 4 }), toRgba(fitted), place);
}
