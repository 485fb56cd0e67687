import { tensor, type Tensor } from '../tensor/index.ts';
import type { LatentKind } from './conditioning.ts';

/** Rows: latent channels; columns: red, green, blue (the webui's "Approx cheap", SD1 and SD2). */
const SD = [
  [0.298, 0.207, 0.208],
  [0.187, 0.286, 0.173],
  [-0.158, 0.189, 0.264],
  [-0.184, -0.271, -0.473],
] as const;

const SDXL = [
  [0.3448, 0.4168, 0.4395],
  [-0.1953, -0.029, 0.025],
  [0.1074, 0.0886, -0.0163],
  [-0.373, -0.2499, -0.2088],
] as const;

/** A linear guess at the colours of a latent, one pixel an eighth of the picture's. latent [b, 4, h, w], scaled → [b, 3, h, w] in about [−1, 1]. */
export function cheapPreview(latent: Tensor, base: LatentKind = 'sd'): Tensor {
  const matrix = base === 'sdxl' ? SDXL : SD;
  const [b = 0, channels = 0, h = 0, w = 0] = latent.shape;
  const area = h * w;
  const out = tensor([b, 3, h, w]);
  for (let i = 0; i < b; i++) {
    for (let c = 0; c < 3; c++) {
      for (let k = 0; k < area; k++) {
        let sum = 0;
        for (let z = 0; z < Math.min(channels, 4); z++)
          sum += matrix[z]![c]! * latent.data[(i * channels + z) * area + k]!;
        out.data[(i * 3 + c) * area + k] = sum;
      }
    }
  }
  return out;
}
