import { torchRandom, type Seed, type TorchRandom } from '../../tensor/index.ts';
import { slerp } from './slerp.ts';
import { normalStream, type NoiseSource, type NormalStream } from './source.ts';

export interface ImageNoiseOptions {
  readonly source: NoiseSource;
  /** Shape of one image's latent. */
  readonly shape: readonly [c: number, h: number, w: number];
  /** One seed an image. */
  readonly seeds: readonly Seed[];
  /** Variation seeds; an image without one has 0. */
  readonly subseeds?: readonly Seed[];
  /** How far towards the variation seed's noise, 0…1. 0: not at all. */
  readonly subseedStrength?: number;
  /** Size in pixels whose noise is put in the middle. Used when both are above 0. */
  readonly seedResizeFrom?: { readonly height: number; readonly width: number };
  /** "ENSD": added to each seed for the draws after the first. 0: the streams go on. */
  readonly seedDelta?: number;
}

/** The noise of a batch of images: each image's numbers depend on its own seed only. */
export interface ImageNoise {
  /** Unit normals for every image, [b, c, h, w]. The first call gives the start noise, later calls one draw each. */
  next(): Float32Array;
}

/** The webui's ImageRNG (`modules/rng.py` 1.10). */
export function imageNoise(options: ImageNoiseOptions): ImageNoise {
  const { source, seeds, shape, seedDelta = 0 } = options;
  const size = shape[0] * shape[1] * shape[2];
  let streams = seeds.map((seed) => normalStream(source, seed));
  let started = false;

  return {
    next() {
      const draws = streams.map((stream, i) => (started ? stream.normal(size) : startNoise(options, stream, i)));
      if (!started && seedDelta !== 0)
        streams = seeds.map((seed) => normalStream(source, BigInt(seed) + BigInt(seedDelta)));
      started = true;
      return stack(draws, size);
    },
  };
}

/**
 * torch's process-wide generator as the webui leaves it after the start noise of `seeds`; the noise of a VAE's latent
 * distribution is drawn from it. A CPU draw seeds it with the last image's seed. "NV" never touches it: its state is
 * then whatever came before, and here that of seed 0.
 */
export function globalRandom(source: NoiseSource, seeds: readonly Seed[]): TorchRandom {
  return torchRandom(source === 'CPU' ? (seeds.at(-1) ?? 0) : 0);
}

function stack(parts: readonly Float32Array[], size: number): Float32Array {
  const out = new Float32Array(parts.length * size);
  parts.forEach((part, i) => out.set(part, i * size));
  return out;
}

/** First noise of image `i`: its own, moved towards the variation seed's, in the middle of a larger or smaller one. */
function startNoise(options: ImageNoiseOptions, stream: NormalStream, i: number): Float32Array {
  const { source, seeds, shape, subseeds, subseedStrength = 0, seedResizeFrom: from } = options;
  const [c, h, w] = shape;
  const resized = from !== undefined && from.height > 0 && from.width > 0;
  const inner = [c, resized ? Math.floor(from.height / 8) : h, resized ? Math.floor(from.width / 8) : w] as const;
  const size = inner[0] * inner[1] * inner[2];
  const same = inner[1] === h && inner[2] === w;

  // With a resize the image's stream belongs to the full-size noise around.
  let noise = same ? stream.normal(size) : normalStream(source, seeds[i]!).normal(size);
  if (subseeds !== undefined && subseedStrength !== 0) {
    const other = normalStream(source, subseeds[i] ?? 0).normal(size);
    noise = slerp(noise, other, { shape: inner, share: subseedStrength });
  }
  return same ? noise : paste(noise, inner, stream.normal(c * h * w), shape);
}

/** Puts `inner` in the middle of `outer`, cutting what does not fit. */
function paste(
  inner: Float32Array,
  [c, innerH, innerW]: readonly [number, number, number],
  outer: Float32Array,
  [, h, w]: readonly [number, number, number],
): Float32Array {
  const dx = Math.floor((w - innerW) / 2);
  const dy = Math.floor((h - innerH) / 2);
  const width = dx >= 0 ? innerW : innerW + 2 * dx;
  const height = dy >= 0 ? innerH : innerH + 2 * dy;
  for (let channel = 0; channel < c; channel++) {
    for (let y = 0; y < height; y++) {
      const source = (channel * innerH + y + Math.max(-dy, 0)) * innerW + Math.max(-dx, 0);
      const target = (channel * h + y + Math.max(dy, 0)) * w + Math.max(dx, 0);
      outer.set(inner.subarray(source, source + width), target);
    }
  }
  return outer;
}
