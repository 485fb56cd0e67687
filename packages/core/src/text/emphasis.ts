import { ShapeError } from '../errors/index.ts';
import { tensor, type Tensor } from '../tensor/index.ts';

/** How weights act on the encoded prompt. "None" reads no brackets at all. */
export const EMPHASES = ['Original', 'No norm', 'Ignore', 'None'] as const;
export type Emphasis = (typeof EMPHASES)[number];

/** The mode of a name as the webui writes it; "Original" for any other. */
export function emphasisMode(name: string): Emphasis {
  return EMPHASES.find((mode) => mode === name) ?? 'Original';
}

/**
 * Weights one encoded chunk of a batch of texts. z: [rows, tokens, width]; `weights`: a list per row of a number per
 * token. "Original" then restores the mean over the whole of z. Other shapes throw ShapeError. A1111
 * `modules/sd_emphasis.py`.
 */
export function applyEmphasis(mode: Emphasis, z: Tensor, weights: readonly (readonly number[])[]): Tensor {
  const [rows = 0, tokens = 0, width = 0] = z.shape;
  if (z.shape.length !== 3 || weights.length !== rows || weights.some((row) => row.length !== tokens))
    throw new ShapeError('emphasis', `[${weights.length}, ${weights[0]?.length ?? 0}, width]`, z.shape);
  if (mode === 'Ignore' || mode === 'None') return z;
  const data = new Float32Array(z.data.length);
  let at = 0;
  for (const row of weights)
    for (const weight of row) {
      const factor = Math.fround(weight);
      for (const end = at + width; at < end; at++) data[at] = z.data[at]! * factor;
    }
  if (mode === 'Original') {
    const factor = Math.fround(mean(z.data) / mean(data));
    for (let i = 0; i < data.length; i++) data[i]! *= factor;
  }
  return tensor(z.shape, data);
}

/** As torch has it, a float32; summed in float64. */
function mean(data: Float32Array): number {
  let sum = 0;
  for (const value of data) sum += value;
  return Math.fround(sum / data.length);
}
