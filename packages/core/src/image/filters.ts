/** A resampling filter: weight at a distance in source pixels (at scale 1), zero outside ±support. */
export interface ResizeFilter {
  readonly support: number;
  weight(x: number): number;
}

/** Filters by their Pillow name. `nearest` is not a convolution and stands in resize.ts. */
export const RESIZE_FILTERS: Readonly<Record<Exclude<ResizeFilterName, 'nearest'>, ResizeFilter>> = {
  box: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  hamming: {
    support: 1,
    weight(x) {
      const d = Math.abs(x);
      if (d === 0) return 1;
      if (d >= 1) return 0;
      const t = d * Math.PI;
      return (Math.sin(t) / t) * (0.54 + 0.46 * Math.cos(t));
    },
  },
  // Keys 1981 with a = −1/2.
  bicubic: {
    support: 2,
    weight(x) {
      const a = -0.5;
      const d = Math.abs(x);
      if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
      return d < 2 ? (((d - 5) * d + 8) * d - 4) * a : 0;
    },
  },
  lanczos: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

export type ResizeFilterName = 'nearest' | 'box' | 'bilinear' | 'hamming' | 'bicubic' | 'lanczos';

function sinc(x: number): number {
  const t = x * Math.PI;
  return t === 0 ? 1 : Math.sin(t) / t;
}
