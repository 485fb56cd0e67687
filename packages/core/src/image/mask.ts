import { channel, toGray } from './convert.ts';
import { mapSamples, type Picture } from './picture.ts';

const ROUND = Uint8Array.from({ length: 256 }, (_, i) => (i > 128 ? 255 : 0));

/**
 * A mask as A1111 reads it (`create_binary_mask`): the opacity of a picture that is not opaque everywhere, cut at 128
 * with `round`; else the luminance, as it is. → grey.
 */
export function toMask(source: Picture, { round }: { readonly round: boolean }): Picture {
  if (source.channels !== 4) return toGray(source);
  const alpha = channel(source, 3);
  if (alpha.data.every((v) => v === 255)) return toGray(source);
  return round ? mapSamples(alpha, ROUND) : alpha;
}
