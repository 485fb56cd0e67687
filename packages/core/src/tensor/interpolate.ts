import { tensor, type Tensor } from './tensor.ts';

/** torch's ways to resize a batch of planes (`torch.nn.functional.interpolate`, align_corners off). */
export type InterpolateMode = 'nearest' | 'nearest-exact' | 'bilinear' | 'bicubic';

export interface InterpolateOptions {
  /** Size of the result. */
  readonly height: number;
  readonly width: number;
  readonly mode: InterpolateMode;
  /** Widens the kernel when shrinking, and uses Pillow's cubic (a = −0.5). Only for bilinear and bicubic. */
  readonly antialias?: boolean;
}

/** Resizes each plane. x [b, c, h, w] → [b, c, height, width]. */
export function interpolate(x: Tensor, options: InterpolateOptions): Tensor {
  const [b = 0, c = 0, h = 0, w = 0] = x.shape;
  const { height, width } = options;
  const columns = taps(w, width, options);
  const rows = taps(h, height, options);
  const out = tensor([b, c, height, width]);
  const across = new Float32Array(h * width);
  for (let plane = 0; plane < b * c; plane++) {
    const from = plane * h * w;
    for (let y = 0; y < h; y++)
      for (let i = 0; i < width; i++) across[y * width + i] = weigh(x.data, from + y * w, 1, columns[i]!);
    for (let i = 0; i < height; i++)
      for (let k = 0; k < width; k++) out.data[(plane * height + i) * width + k] = weigh(across, k, width, rows[i]!);
  }
  return out;
}

/** Samples that make one sample of the result. */
type Taps = readonly (readonly [index: number, weight: number])[];

function weigh(data: Float32Array, from: number, stride: number, list: Taps): number {
  let sum = 0;
  for (const [index, weight] of list) sum += weight * data[from + index * stride]!;
  return sum;
}

function taps(size: number, wanted: number, { mode, antialias = false }: InterpolateOptions): Taps[] {
  const scale = size / wanted;
  const clamp = (index: number): number => Math.min(size - 1, Math.max(0, index));
  return Array.from({ length: wanted }, (_, i): Taps => {
    if (mode === 'nearest') return [[clamp(Math.floor(i * scale)), 1]];
    if (mode === 'nearest-exact') return [[clamp(Math.floor((i + 0.5) * scale)), 1]];
    if (antialias) return smoothed(i, scale, size, mode);
    const centre = (i + 0.5) * scale - 0.5;
    if (mode === 'bilinear') {
      const at = Math.max(0, centre);
      const low = Math.floor(at);
      return [
        [clamp(low), 1 - (at - low)],
        [clamp(low + 1), at - low],
      ];
    }
    const low = Math.floor(centre);
    return [-1, 0, 1, 2].map((k) => [clamp(low + k), cubic(centre - low - k, -0.75)]);
  });
}

/** Taps of a kernel as wide as the step between results, normalised where the edge cuts it. */
function smoothed(i: number, scale: number, size: number, mode: 'bilinear' | 'bicubic'): Taps {
  const stretch = Math.max(1, scale);
  const support = (mode === 'bilinear' ? 1 : 2) * stretch;
  const centre = (i + 0.5) * scale;
  const first = Math.max(0, Math.trunc(centre - support + 0.5));
  const end = Math.min(size, Math.trunc(centre + support + 0.5));
  const list = Array.from({ length: end - first }, (_, k) => {
    const distance = (first + k - centre + 0.5) / stretch;
    return [first + k, mode === 'bilinear' ? Math.max(0, 1 - Math.abs(distance)) : cubic(distance, -0.5)] as const;
  });
  const sum = list.reduce((total, [, weight]) => total + weight, 0);
  return list.map(([index, weight]) => [index, weight / sum]);
}

/** Keys' cubic convolution kernel. */
function cubic(x: number, a: number): number {
  const d = Math.abs(x);
  if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? ((d - 5) * d + 8) * d * a - 4 * a : 0;
}
