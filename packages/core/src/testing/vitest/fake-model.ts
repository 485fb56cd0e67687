import { picture, type ImageCodec, type Picture } from '../../image/index.ts';
import type { LoadedModel, Networks } from '../../pipeline/index.ts';
import { tensor, type Tensor } from '../../tensor/index.ts';
import { TINY_TEXT, TINY_UNET } from './tiny.ts';

/** One call of a fake UNet. */
export interface UNetCall {
  /** Rows of x, channels of x, rows of the context, its tokens. */
  readonly rows: number;
  readonly channels: number;
  readonly texts: number;
  readonly tokens: number;
}

export interface FakeModel extends LoadedModel {
  /** What its UNet was asked, in order. */
  readonly calls: UNetCall[];
}

export interface FakeModelOptions {
  readonly name?: string;
  /** Channels that its UNet takes: 4; 9: it inpaints; 8: it edits. */
  readonly inChannels?: number;
  /** Told of each call before it is answered. */
  readonly onCall?: (call: UNetCall) => void;
}

/** Width of a fake text encoder. */
const WIDTH = 4;
const POSITIONS = 77;
const SCALE = 8;
/** Logarithm of the least variance that there is. */
const CERTAIN = -30;

/**
 * A model without an engine whose networks are short formulas: the UNet's answer to a row depends on all that the row is given and on
 * nothing else; the VAE is the mean of 8 × 8 pixels and back; a token's vector is its number.
 */
export function fakeModel({ name = 'fake', inChannels = 4, onCall }: FakeModelOptions = {}): FakeModel {
  const calls: UNetCall[] = [];
  const networks: Networks = {
    unet: { ...TINY_UNET, inChannels, context: WIDTH },
    conditioning: {
      base: 'SD1',
      towers: [{ component: 'te1', maker: 'openai', state: 'clip-skip', norm: true, pooled: false }],
      vector: [],
      zeroEmptyNegative: false,
      latentScale: 1,
      latents: 'sd',
    },
    texts: {
      te1: {
        naming: 'hf',
        config: { ...TINY_TEXT, width: WIDTH, positions: POSITIONS },
        pooled: 0,
        encode: async (ids, { state }) => ({ z: encode(ids, state) }),
        states: async (ids) => [encode(ids, 1)],
      },
    },
    async predict(x, t, { context }) {
      const call = { rows: x.shape[0]!, channels: x.shape[1]!, texts: context.shape[0]!, tokens: context.shape[1]! };
      calls.push(call);
      onCall?.(call);
      return predict(x, t, context);
    },
    encodePicture: async (pixels) => moments(pixels),
    decodePicture: async (latent) => enlarge(latent),
    prepare: async () => undefined,
    release: async () => undefined,
  };
  const model: FakeModel = {
    name,
    hash: async () => '0123456789',
    vae: undefined,
    networks,
    alphas: undefined,
    prediction: 'epsilon',
    latentScale: 1,
    zeroTerminal: false,
    with: async () => ({ model, notes: [] }),
    calls,
  };
  return model;
}

/** [windows, 77, 4] */
function encode(ids: readonly (readonly number[])[], clipSkip: number): Tensor {
  const data = ids.flatMap((window) =>
    window.flatMap((id, place) => Array.from({ length: WIDTH }, (_, i) => Math.sin(id * (i + 1) + place * clipSkip))),
  );
  return tensor([ids.length, POSITIONS, WIDTH], Float32Array.from(data));
}

/** Row r: half of its image, and a share of the sums of its text and of what stands beside the latent. */
function predict(x: Tensor, t: readonly number[], context: Tensor): Tensor {
  const [rows = 0, c = 0, h = 0, w = 0] = x.shape;
  const [texts = 0, tokens = 0, width = 0] = context.shape;
  const [area, own, all] = [h * w, 4 * h * w, c * h * w];
  const out = tensor([texts, 4, h, w]);
  for (let r = 0; r < texts; r++) {
    const image = x.data.subarray((r % rows) * all, ((r % rows) + 1) * all);
    const beside = image.subarray(own).reduce((a, b) => a + b, 0);
    const text = context.data.subarray(r * tokens * width, (r + 1) * tokens * width).reduce((a, b) => a + b, 0);
    const shift = text / 100 + beside / (10 * area) + t[r % rows]! / 1e4;
    for (let i = 0; i < own; i++) out.data[r * own + i] = image[i]! / 2 + shift;
  }
  return out;
}

/** Pixels [b, 3, h, w] → [b, 8, h/8, w/8]: means of squares (the fourth channel grey), sure of them. */
function moments(pixels: Tensor): Tensor {
  const [b = 0, , height = 0, width = 0] = pixels.shape;
  const [h, w] = [height / SCALE, width / SCALE];
  const out = tensor([b, 8, h, w]);
  out.data.fill(CERTAIN);
  for (let image = 0; image < b; image++) {
    out.data.fill(0, image * 8 * h * w, (image * 8 + 4) * h * w);
    for (let channel = 0; channel < 3; channel++) {
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const value = pixels.data[((image * 3 + channel) * height + y) * width + x]! / SCALE ** 2;
          const place = Math.floor(y / SCALE) * w + Math.floor(x / SCALE);
          out.data[(image * 8 + channel) * h * w + place]! += value;
          out.data[(image * 8 + 3) * h * w + place]! += value / 3;
        }
      }
    }
  }
  return out;
}

/** Latent [b, 4, h, w] → [b, 3, 8·h, 8·w]: each number a square. */
function enlarge(latent: Tensor): Tensor {
  const [b = 0, , h = 0, w = 0] = latent.shape;
  const [height, width] = [SCALE * h, SCALE * w];
  const out = tensor([b, 3, height, width]);
  out.data.forEach((_, i) => {
    const [x, y] = [i % width, Math.floor(i / width) % height];
    const plane = Math.floor(i / (width * height));
    const source = (Math.floor(plane / 3) * 4 + (plane % 3)) * h * w;
    out.data[i] = latent.data[source + Math.floor(y / SCALE) * w + Math.floor(x / SCALE)]!;
  });
  return out;
}

/** A codec of pictures by number: the one byte of a file is its place among `pictures`. Nothing can be written. */
export function fakeCodec(pictures: readonly Picture[]): ImageCodec {
  return {
    decode: async ([index = 0]) => pictures[index]!,
    encode: async () => {
      throw new Error('nothing is written here');
    },
  };
}

/** A picture of one colour, or of one for its left half and one for its right. Colours: 1, 3 or 4 samples. */
export function flatPicture(
  size: { readonly width: number; readonly height: number },
  left: readonly number[],
  right: readonly number[] = left,
): Picture {
  const channels = left.length as Picture['channels'];
  const pixels = Array.from({ length: size.width * size.height }, (_, i) =>
    i % size.width < size.width / 2 ? left : right,
  );
  return picture({ ...size, channels }, Uint8Array.from(pixels.flat()));
}
