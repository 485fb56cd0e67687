import type { Cancel } from '../errors/index.ts';
import type { Latent, ModelCall, Predict, Row } from '../diffusion/index.ts';
import { tensor, type Tensor } from '../tensor/index.ts';
import type { Networks, UNetText } from './networks.ts';
import { textRow, type TextConditioning } from './text-conditioning.ts';

/** What the UNet gets beside the latent: [1 or b, c, h, w]. */
export interface PictureConditioning {
  readonly channels: Tensor;
  /** Rows of the negative prompt see zeros instead (models that edit a picture). */
  readonly blankForNegative: boolean;
}

/** The model of a call, which a refiner may replace on the way. */
export interface PredictorState {
  readonly networks: Networks;
  readonly text: TextConditioning;
  readonly picture: PictureConditioning | undefined;
}

export interface PredictorOptions {
  /** Shape of one image's latent. */
  readonly shape: readonly [c: number, h: number, w: number];
  /** The model for a call: the same each time, or a refiner from some call on. */
  state(call: ModelCall): Promise<PredictorState>;
  /** Steps of the pass. */
  readonly steps: number;
  readonly cancel?: Cancel | undefined;
  onText?(cond: UNetText, uncond: UNetText, call: number): void;
  /** Told when padding changed the length of a prompt. */
  onPadded?(): void;
}

/** The UNet of a pass as the sampler's driver calls it: rows with texts of one length go together. */
export function predictor(options: PredictorOptions): Predict {
  const size = options.shape[0] * options.shape[1] * options.shape[2];
  return async (call) => {
    const { networks, text, picture } = await options.state(call);
    const { cond, uncond, padded } = text.at(call.call);
    if (padded) options.onPadded?.();
    options.onText?.(cond, uncond, call.call);
    const out = new Float32Array(call.rows.length * size);
    const rows = call.rows.map((row, index) => ({ row, index, ...textOf(row, cond, uncond, text.parts) }));
    const lengths = [...new Set(rows.map((row) => row.text.shape[0]!))];
    for (const length of lengths) {
      const together = rows.filter((row) => row.text.shape[0] === length);
      await predictRows(networks, call, together, { ...options, size, picture, out });
    }
    return out;
  };
}

interface TextRow {
  readonly row: Row;
  /** Place in the call. */
  readonly index: number;
  /** [n, d] */
  readonly text: Tensor;
  /** [v] */
  readonly vector: Tensor | undefined;
}

function textOf(
  row: Row,
  cond: UNetText,
  uncond: UNetText,
  parts: TextConditioning['parts'],
): Pick<TextRow, 'text' | 'vector'> {
  const { cond: fromCond, index } = textRow(row, parts);
  const { context, vector } = fromCond ? cond : uncond;
  return { text: rowOf(context, index), vector: vector && rowOf(vector, index) };
}

/** [rows, …] → […] */
function rowOf({ shape: [, ...shape], data }: Tensor, index: number): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(shape, data.subarray(index * size, (index + 1) * size));
}

/** […] each → [rows, …] */
function stack(rows: readonly Tensor[]): Tensor {
  const size = rows[0]!.data.length;
  const out = tensor([rows.length, ...rows[0]!.shape]);
  rows.forEach(({ data }, i) => out.data.set(data, i * size));
  return out;
}

interface Place extends PredictorOptions {
  readonly size: number;
  readonly picture: PictureConditioning | undefined;
  readonly out: Latent;
}

async function predictRows(networks: Networks, call: ModelCall, rows: readonly TextRow[], place: Place): Promise<void> {
  const { size, shape, picture, out, cancel, steps } = place;
  const shared = sharedOrder(rows, picture);
  const ordered = shared ?? rows;
  const count = shared ? new Set(rows.map(({ row }) => row.image)).size : rows.length;
  const given = ordered.slice(0, count);
  const x = tensor([count, ...shape]);
  given.forEach(({ row }, i) => x.data.set(call.x.subarray(row.image * size, (row.image + 1) * size), i * size));
  const input = picture ? withPicture(x, given, picture) : x;
  const vectors = ordered.flatMap(({ vector }) => vector ?? []);
  const text: UNetText = {
    context: stack(ordered.map((row) => row.text)),
    vector: vectors.length === 0 ? undefined : stack(vectors),
  };
  const result = await networks.predict(input, new Array<number>(count).fill(call.t), text, cancel, {
    step: Math.floor(call.done.byCalls * steps + 1e-9),
    steps,
  });
  ordered.forEach(({ index }, i) => out.set(result.data.subarray(i * size, (i + 1) * size), index * size));
}

/**
 * Rows ordered so that all images come once, then all once more, and so on: then the UNet computes what does not depend on the text
 * once per image. Undefined where images have different numbers of rows, or rows of one image different inputs.
 */
function sharedOrder(
  rows: readonly TextRow[],
  picture: PictureConditioning | undefined,
): readonly TextRow[] | undefined {
  if (picture?.blankForNegative === true) return undefined;
  const images = [...new Set(rows.map(({ row }) => row.image))];
  const perImage = images.map((image) => rows.filter(({ row }) => row.image === image));
  const each = perImage[0]?.length ?? 0;
  if (perImage.some((list) => list.length !== each)) return undefined;
  return Array.from({ length: each }, (_, k) => perImage.map((list) => list[k]!)).flat();
}

/** Latent channels, then those of the picture. */
function withPicture(x: Tensor, rows: readonly TextRow[], { channels, blankForNegative }: PictureConditioning): Tensor {
  const [count = 0, c = 0, h = 0, w = 0] = x.shape;
  const [images = 1, more = 0] = channels.shape;
  const [own, added] = [c * h * w, more * h * w];
  const out = tensor([count, c + more, h, w]);
  rows.forEach(({ row }, i) => {
    out.data.set(x.data.subarray(i * own, (i + 1) * own), i * (own + added));
    if (blankForNegative && row.kind === 'negative') return;
    const image = images === 1 ? 0 : row.image;
    out.data.set(channels.data.subarray(image * added, (image + 1) * added), i * (own + added) + own);
  });
  return out;
}
