import { input } from '@graft/core/graph';
import { crop, resize, toRgb, type Picture } from '@graft/core/image';
import { clipVision, inferClipVision, type OpenedModel } from '@graft/core/models';
import { createScope } from '@graft/core/nn';
import { linear } from '@graft/core/ops';
import { compile } from '@graft/core/runtime';
import { tensor, widen, type Tensor } from '@graft/core/tensor';
import { clipTokenizer, encodeTexts, tokenWindow } from '@graft/core/text';
import { imageCodec } from '@graft/node';
import { verdict, type Area, type Folder, type Tolerance } from '../area.ts';
import { goldenEngine, goldenFile, goldenModelPath, goldenNetworks, goldenText } from '../engine.ts';

interface Case {
  readonly id: string;
  readonly text?: string;
  readonly ids?: readonly number[];
  readonly image?: string;
  readonly value?: number;
  readonly exp?: number;
  readonly tensors?: Readonly<Record<string, string>>;
  readonly tolerance: Tolerance & { readonly pixels_abs?: number };
}

type Check = ReturnType<typeof verdict>;

/** CLIP's two towers, their projections, and whole prompts through the text tower. */
export const clip: Area = {
  name: 'clip',
  async *run(folder) {
    const whole = await goldenFile(goldenModelPath(folder, 'pico-clip.safetensors'));
    for (const golden of (folder.index as { cases: Case[] }).cases) {
      const check = verdict(golden.id);
      if (golden.value !== undefined) await checkScale(whole, golden, check);
      else if (golden.image !== undefined) await checkImage(folder, whole, golden, check);
      else if (golden.tensors?.['context'] !== undefined) await checkContext(folder, golden, check);
      else if (golden.tensors?.['embedding'] !== undefined) await checkProjection(folder, whole, golden, check);
      else await checkText(folder, golden, check);
      yield check.result();
    }
  },
};

async function checkText(
  folder: Folder,
  { text = '', ids = [], tensors = {}, tolerance }: Case,
  check: Check,
): Promise<void> {
  const net = await goldenNetworks(folder);
  check.same('ids', tokenWindow(clipTokenizer(), text), ids);
  const tower = net.texts.te1!;
  const states = await tower.states([ids]);
  for (const [name, reference] of Object.entries(tensors)) {
    const [, kind, number] = /^(clip_skip|hidden|pooled)_?(\d*)$/.exec(name) ?? [];
    const expected = (await folder.tensor(reference)).data;
    if (kind === 'hidden') check.close(name, states[Number(number)]!.data, expected, tolerance);
    else if (kind === 'clip_skip')
      check.close(name, (await tower.encode([ids], { state: Number(number), norm: true })).z.data, expected, tolerance);
    else check.close(name, firstEnd((await tower.encode([ids], { state: 1, norm: true })).z, ids), expected, tolerance);
  }
  await net.release();
}

/** The state at the first end token, which has the largest of all ids. */
function firstEnd(z: Tensor, ids: readonly number[]): Float32Array {
  const width = z.shape[2]!;
  const at = ids.indexOf(Math.max(...ids));
  return z.data.subarray(at * width, (at + 1) * width);
}

async function checkContext(folder: Folder, { text = '', tensors = {}, tolerance }: Case, check: Check): Promise<void> {
  const net = await goldenNetworks(folder);
  const { z } = await encodeTexts([text], clipTokenizer(), goldenText(net));
  check.close('context', z.data, (await folder.tensor(tensors['context']!)).data, tolerance);
  await net.release();
}

async function checkProjection(
  folder: Folder,
  whole: OpenedModel,
  { text = '', tensors = {}, tolerance }: Case,
  check: Check,
): Promise<void> {
  const net = await goldenNetworks(folder);
  const ids = tokenWindow(clipTokenizer(), text);
  const pooled = firstEnd((await net.texts.te1!.encode([ids], { state: 1, norm: true })).z, ids);
  const p = createScope(whole.weights, { model: whole.file.name });
  const shape = p.shapeOf('text_projection.weight')!;
  const y = linear(input('x', [1, shape[1]!]), p.weight('text_projection.weight', shape));
  const program = await compile(await goldenEngine(), { outputs: { y } });
  const result = await program.run({ x: tensor([1, shape[1]!], Float32Array.from(pooled)) });
  check.close('embedding', result['y']!.data, (await folder.tensor(tensors['embedding']!)).data, tolerance);
  await program.release();
  await net.release();
}

const MEAN = [0.48145466, 0.4578275, 0.40821073];
const DEVIATION = [0.26862954, 0.26130258, 0.27577711];

/** CLIP's own preparation: shorter side to `size`, the middle cut out, each channel normalised. → [1, 3, size, size] */
function clipPixels(source: Picture, size: number): Tensor {
  const scale = size / Math.min(source.width, source.height);
  const [width, height] = [source.width, source.height].map((side) => Math.max(size, Math.floor(side * scale))) as [
    number,
    number,
  ];
  const small = resize(toRgb(source), { width, height, filter: 'bicubic' });
  const left = Math.round((width - size) / 2);
  const top = Math.round((height - size) / 2);
  const { data } = crop(small, [left, top, left + size, top + size]);
  const out = tensor([1, 3, size, size]);
  for (let c = 0; c < 3; c++)
    for (let i = 0; i < size * size; i++)
      out.data[c * size * size + i] = (data[3 * i + c]! / 255 - MEAN[c]!) / DEVIATION[c]!;
  return out;
}

async function checkImage(
  folder: Folder,
  whole: OpenedModel,
  { image, tensors = {}, tolerance }: Case,
  check: Check,
): Promise<void> {
  const p = createScope(whole.weights, { model: whole.file.name });
  const config = inferClipVision(p, whole.file.name);
  const pixels = await folder.tensor(tensors['pixels']!);
  const own = clipPixels(await imageCodec().decode(await folder.bytes(image!)), config.size);
  check.close('pixels', own.data, pixels.data, { abs: tolerance.pixels_abs ?? 0, rel: 0 });
  const outputs = clipVision(p, config, input('pixels', ['b', 3, config.size, config.size]));
  const program = await compile(await goldenEngine(), { outputs });
  const { pooled, embedding } = await program.run({
    pixels: { shape: [1, ...pixels.shape.slice(-3)], data: pixels.data },
  });
  check.close('pooled', pooled!.data, (await folder.tensor(tensors['pooled']!)).data, tolerance);
  check.close('embedding', embedding!.data, (await folder.tensor(tensors['embedding']!)).data, tolerance);
  await program.release();
}

async function checkScale(whole: OpenedModel, { value, exp, tolerance }: Case, check: Check): Promise<void> {
  const entry = whole.file.tensors.get('logit_scale')!;
  const [scale = NaN] = widen(entry.dtype, await entry.read());
  check.close('logit scale', [scale, Math.exp(scale)], [value!, exp!], tolerance);
}
