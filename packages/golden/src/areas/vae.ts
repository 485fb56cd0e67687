import { pictureToTensor, tensorToPicture } from '@graft/core/image';
import { bytesSource } from '@graft/core/bytes';
import { input, type WeightRef } from '@graft/core/graph';
import {
  approxNn,
  cheapPreview,
  hasApproxNn,
  hasTaesdDecoder,
  sampleLatent,
  taesdDecoder,
  taesdEncoder,
} from '@graft/core/models';
import { createScope } from '@graft/core/nn';
import { compile } from '@graft/core/runtime';
import { numel, tensor, torchRandom, type Tensor } from '@graft/core/tensor';
import { imageCodec } from '@graft/node';
import { verdict, type Area, type Folder, type Tolerance } from '../area.ts';
import { goldenEngine, goldenNetworks } from '../engine.ts';

interface Case {
  readonly id: string;
  readonly image?: string;
  readonly seed?: number;
  readonly row_step?: number;
  readonly weights?: {
    readonly phase: number;
    readonly gain: number;
    readonly keys: readonly (readonly [string, readonly number[]])[];
  };
  readonly tensors: Readonly<Record<string, string>>;
  readonly tolerance: Tolerance & { readonly pixel?: number };
}

type Check = ReturnType<typeof verdict>;

/** The autoencoder both ways, and the preview decoders. */
export const vae: Area = {
  name: 'vae',
  async *run(folder) {
    const { cases, scale_factor: scale } = folder.index as { cases: Case[]; scale_factor: number };
    for (const golden of cases) {
      const check = verdict(golden.id);
      const { tensors } = golden;
      if (tensors['moments'] !== undefined) await checkEncode(folder, golden, scale, check);
      else if (tensors['rgb'] !== undefined) {
        const rgb = cheapPreview(await folder.tensor(tensors['latent']!));
        check.close('rgb', rgb.data, (await folder.tensor(tensors['rgb'])).data, golden.tolerance);
      } else if (golden.weights) await checkPreview(folder, golden, check);
      else await checkDecode(folder, golden, scale, check);
      yield check.result();
    }
  },
};

async function checkEncode(
  folder: Folder,
  { image, seed, tensors, tolerance }: Case,
  scale: number,
  check: Check,
): Promise<void> {
  const net = await goldenNetworks(folder);
  const moments = await net.encodePicture(pictureToTensor(await imageCodec().decode(await folder.bytes(image!))));
  check.close('moments', moments.data, (await folder.tensor(tensors['moments']!)).data, tolerance);
  const noise = torchRandom(seed ?? 0).normal(moments.data.length / 2);
  check.close(
    'sample',
    sampleLatent(moments, scale, noise).data,
    (await folder.tensor(tensors['sample']!)).data,
    tolerance,
  );
  await net.release();
}

async function checkDecode(folder: Folder, golden: Case, scale: number, check: Check): Promise<void> {
  const { tensors, tolerance, row_step: step = 1, image } = golden;
  const latent = await folder.tensor(tensors['latent']!);
  const net = await goldenNetworks(folder, undefined, { tiling: golden.id.includes('tiling') });
  const pixels = await net.decodePicture({ shape: latent.shape, data: latent.data.map((value) => value / scale) });
  const expected = await folder.tensor((tensors['decoded'] ?? tensors['decoded_rows'])!);
  check.close('decoded', everyRow(pixels, step).data, expected.data, tolerance);
  if (image !== undefined) {
    const picture = await imageCodec().decode(await folder.bytes(image));
    check.close('picture', tensorToPicture(pixels).data, picture.data, { abs: tolerance.pixel ?? 0, rel: 0 });
  }
  await net.release();
}

/** Rows 0, step, 2·step … of each channel. */
function everyRow({ shape, data }: Tensor, step: number): Tensor {
  const [b = 0, c = 0, h = 0, w = 0] = shape;
  const rows = Math.ceil(h / step);
  const out = tensor([b, c, rows, w]);
  for (let plane = 0; plane < b * c; plane++) {
    for (let y = 0; y < rows; y++)
      out.data.set(data.subarray((plane * h + y * step) * w, (plane * h + y * step + 1) * w), (plane * rows + y) * w);
  }
  return out;
}

async function checkPreview(folder: Folder, { id, weights, tensors, tolerance }: Case, check: Check): Promise<void> {
  const given = await folder.tensor(tensors['in']!);
  const scope = createScope(madeUp(weights!), { model: id });
  const network = hasApproxNn(scope) ? approxNn : hasTaesdDecoder(scope) ? taesdDecoder : taesdEncoder;
  const program = await compile(await goldenEngine(), { outputs: { y: network(scope, input('x', given.shape)) } });
  const { y } = await program.run({ x: given });
  check.close('out', y!.data, (await folder.tensor(tensors['out']!)).data, tolerance);
  await program.release();
}

/** The made-up weights of the area's README: element i of tensor k is s·sin(0.61·i + phase·k). */
function madeUp({ phase, gain, keys }: NonNullable<Case['weights']>): ReadonlyMap<string, WeightRef> {
  return new Map(
    keys.map(([name, shape], k) => {
      const count = numel(shape);
      const size = name.endsWith('bias') ? 0.05 : gain / Math.sqrt(count / shape[0]!);
      const data = Float32Array.from({ length: count }, (_, i) => size * Math.sin(0.61 * i + phase * k));
      const store = bytesSource(name, new Uint8Array(data.buffer));
      return [name, { name, dtype: 'F32', shape, store, offset: 0, length: data.byteLength }] as const;
    }),
  );
}
