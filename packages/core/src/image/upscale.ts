import type { Picture } from './picture.ts';
import { resize, type ResizeOptions } from './resize.ts';

/** Enlarges a picture by about `scale`; may give another size, which the caller corrects. */
export type Upscaler = (source: Picture, scale: number) => Picture;

/** Named upscalers that need no network. `None` is absent: it means plain Lanczos to the exact size. */
export const UPSCALERS: ReadonlyMap<string, Upscaler> = new Map([
  ['Lanczos', by('lanczos')],
  ['Nearest', by('nearest')],
]);

/** What A1111 does with a name that it does not know: its first upscaler, which changes nothing by itself. */
export const UNKNOWN_UPSCALER: Upscaler = (source) => source;

/** Passes of an upscaler until the wanted size is reached. */
const PASSES = 3;

/**
 * Upscales by `scale` as A1111's `Upscaler.upscale`: at most three passes of the upscaler, then Lanczos to the wanted
 * size rounded down to multiples of 8.
 */
export function upscale(
  source: Picture,
  { scale, upscaler }: { readonly scale: number; readonly upscaler: Upscaler },
): Picture {
  const width = Math.floor((source.width * scale) / 8) * 8;
  const height = Math.floor((source.height * scale) / 8) * 8;
  let result = source;
  for (let pass = 0; pass < PASSES; pass++) {
    if (result.width >= width && result.height >= height && (pass > 0 || scale !== 1)) break;
    const next = upscaler(result, scale);
    const same = next.width === result.width && next.height === result.height;
    result = next;
    if (same) break;
  }
  // A picture of fewer than 8 pixels a side stays as it is: no size is zero.
  if (width === 0 || height === 0) return result;
  return resize(result, { width, height, filter: 'lanczos' });
}

function by(filter: ResizeOptions['filter']): Upscaler {
  return (source, scale) =>
    resize(source, { width: Math.trunc(source.width * scale), height: Math.trunc(source.height * scale), filter });
}
