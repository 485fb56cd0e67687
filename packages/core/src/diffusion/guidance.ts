import { RequestError } from '../errors/index.ts';
import { f32 } from './float32.ts';
import type { Latent } from './latent.ts';

/** How the predictions with and without the prompt become one. */
export interface Guidance {
  /** CFG scale. */
  readonly scale: number;
  /** Weights of the parts of each image's prompt (`AND`); [1] for a plain prompt. */
  readonly parts: readonly (readonly number[])[];
  /** Scale on the input picture, for models that edit one. 1 or undefined: guided as any other model. */
  readonly imageScale?: number | undefined;
  /** Share of the contrast that guidance adds and that is taken back, 0…1 (Lin et al. 2023). */
  readonly rescale?: number;
}

/** What a row of the model's batch is conditioned on. `picture`: neither prompt nor, for edit models, the negative one. */
export type RowKind = 'prompt' | 'picture' | 'negative';

/** One row of the model's batch. */
export interface Row {
  readonly kind: RowKind;
  /** Index of its image in the batch. */
  readonly image: number;
  /** Index of the part of the image's prompt; 0 for other kinds. */
  readonly part: number;
}

export function isEdit({ imageScale }: Guidance): boolean {
  return imageScale !== undefined && imageScale !== 1;
}

/**
 * The rows of one model call: all parts of all prompts image by image, then (edit models) each image's picture alone,
 * then each image's negative prompt unless it is left out. Throws RequestError for `AND` with an edit model.
 */
export function rowsOf(guidance: Guidance, skipNegative: boolean): Row[] {
  const edit = isEdit(guidance);
  if (edit && guidance.parts.some((weights) => weights.length > 1)) {
    throw new RequestError('prompt', 'AND does not work with a model that edits pictures', {
      hint: 'Remove AND from the prompt, or set the image CFG scale to 1.',
    });
  }
  const perImage = (kind: RowKind): Row[] => guidance.parts.map((_, image) => ({ kind, image, part: 0 }));
  return [
    ...guidance.parts.flatMap((weights, image) => weights.map((_, part) => ({ kind: 'prompt' as const, image, part }))),
    ...(edit ? perImage('picture') : []),
    ...(skipNegative ? [] : perImage('negative')),
  ];
}

/** The image of each row, one after the other: [b, …] → [rows, …]. */
export function spreadRows(x: Latent, rows: readonly Row[]): Latent {
  const size = x.length / (Math.max(...rows.map(({ image }) => image)) + 1);
  const out = new Float32Array(rows.length * size);
  rows.forEach(({ image }, row) => out.set(x.subarray(image * size, (image + 1) * size), row * size));
  return out;
}

export interface Predictions {
  readonly rows: readonly Row[];
  /** One prediction a row, in the order of the rows. */
  readonly out: Latent;
  /** Numbers of one row. */
  readonly size: number;
}

/** The prediction of one row; without a negative row, an image's first prompt part stands in for it. */
function rowOf({ rows, out, size }: Predictions, kind: RowKind, image: number, part = 0): Latent {
  const find = (wanted: RowKind): number =>
    rows.findIndex((row) => row.kind === wanted && row.image === image && row.part === part);
  const exact = find(kind);
  const at = exact === -1 ? find('prompt') : exact;
  return out.subarray(at * size, (at + 1) * size);
}

/** The predictions of one kind for every image: of the first part, for prompts. */
export function gather(predictions: Predictions, kind: RowKind, images: number): Latent {
  const out = new Float32Array(images * predictions.size);
  for (let image = 0; image < images; image++) out.set(rowOf(predictions, kind, image), image * predictions.size);
  return out;
}

/**
 * Classifier-free guidance: u + Σ w·s·(c − u) over the prompt's parts (Ho and Salimans 2022, Liu et al. 2022), or for
 * edit models u + s·(c − p) + s_p·(p − u) (Brooks et al. 2022). Where the negative prompt was left out, s is 1.
 */
export function guide(predictions: Predictions, guidance: Guidance): Latent {
  const { parts, imageScale = 1, rescale = 0 } = guidance;
  const { rows, size } = predictions;
  const skipped = !rows.some(({ kind }) => kind === 'negative');
  const scale = skipped ? 1 : guidance.scale;
  const out = gather(predictions, 'negative', parts.length);
  parts.forEach((weights, image) => {
    const target = out.subarray(image * size, (image + 1) * size);
    const negative = rowOf(predictions, 'negative', image);
    if (isEdit(guidance)) {
      const prompt = rowOf(predictions, 'prompt', image);
      const picture = rowOf(predictions, 'picture', image);
      for (let i = 0; i < size; i++)
        target[i]! += scale * (prompt[i]! - picture[i]!) + imageScale * (picture[i]! - negative[i]!);
    } else {
      weights.forEach((weight, part) => {
        const prompt = rowOf(predictions, 'prompt', image, part);
        const factor = f32(weight * scale);
        for (let i = 0; i < size; i++) target[i]! += f32(factor * f32(prompt[i]! - negative[i]!));
      });
    }
    if (rescale > 0) takeBack(target, rowOf(predictions, 'prompt', image), rescale);
  });
  return out;
}

/** φ·out·std(prompt)/std(out) + (1 − φ)·out, in place. */
function takeBack(out: Latent, prompt: Latent, share: number): void {
  const factor = share * (deviation(prompt) / deviation(out)) + (1 - share);
  for (let i = 0; i < out.length; i++) out[i]! *= factor;
}

function deviation(values: Latent): number {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return Math.sqrt(squares / (values.length - 1));
}
