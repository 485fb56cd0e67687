import { createHash } from 'node:crypto';
import type { Picture } from '@graft/core/image';
import { createCheckpoint } from '@graft/core/models';
import {
  generate,
  loadModel,
  readRequest,
  type LoadedModel,
  type ModelSource,
  type NetworkSource,
} from '@graft/core/pipeline';
import type { Tensor } from '@graft/core/tensor';
import { imageCodec } from '@graft/node';
import type { Folder, Tolerance, verdict } from './area.ts';
import { goldenEngine, goldenModel } from './engine.ts';

/** Models that stay loaded until they are released. */
export interface GoldenModels extends ModelSource {
  release(): Promise<void>;
}

/** The golden checkpoints by the names that requests use; one of each kind is kept. */
export function goldenModels(folder: Folder): GoldenModels {
  const loaded = new Map<string, Promise<LoadedModel>>();
  const stem = (file: string): string => file.replace(/\.safetensors$/, '');
  const open = async (checkpoint: string, vae: string, tiling: boolean): Promise<LoadedModel> => {
    const main = await goldenModel(folder, checkpoint);
    const own = vae === 'Automatic' || vae === 'None';
    const hash = async (): Promise<undefined> => undefined;
    const files = own ? { main } : { main, vae: await goldenModel(folder, stem(vae)) };
    return loadModel(await goldenEngine(), createCheckpoint(files), {
      name: checkpoint,
      hash,
      tiling,
      vae: own ? undefined : { name: vae, hash },
    });
  };
  return {
    open({ checkpoint, vae, tiling }) {
      const name = stem(checkpoint === '' ? 'pico' : checkpoint);
      const key = JSON.stringify([name, vae, tiling]);
      const model = loaded.get(key) ?? open(name, vae, tiling);
      loaded.set(key, model);
      return model;
    },
    async release() {
      for (const model of loaded.values()) await (await model).networks.release();
    },
  };
}

/** The derived checkpoints' hashes are no part of a comparison. */
export function withoutHashes(infotext: string): string {
  return infotext.replace(/(, )?(Model hash|VAE hash): [0-9a-f]{10}/g, '').replace(/ \[[0-9a-f]{10}\]/g, '');
}

/** Digits by which infotexts name networks. */
export function shortHash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 12);
}

type Verdict = ReturnType<typeof verdict>;

/** What one text-to-image request gives. */
export interface Drawn {
  readonly picture: Picture;
  readonly infotext: string;
  /** Before decoding. */
  readonly latents: Tensor;
}

/** Draws the one picture of a request whose settings may stand among its fields. */
export async function drawOne(
  fields: Readonly<Record<string, unknown>>,
  models: ModelSource,
  networks: NetworkSource,
): Promise<Drawn> {
  const { randn_source: source, ...body } = fields;
  const request = readRequest('txt2img', { ...body, override_settings: { randn_source: source ?? 'CPU' } }, () => {
    throw new Error('a request without pictures');
  });
  const context = { models, networks, codec: imageCodec(), randomSeed: () => 0n };
  let latents: Tensor | undefined;
  const onLatents = (found: Tensor): void => {
    latents = found;
  };
  for await (const { picture, infotext } of generate(request, context, { trace: { onLatents } }))
    return { picture, infotext, latents: latents! };
  throw new Error('no picture was drawn');
}

/** What a drawn picture is compared with. */
export interface ExpectedPicture {
  readonly latents: Tensor;
  readonly latentTolerance: Tolerance;
  /** A picture file of the area, if it has one. */
  readonly image: string | undefined;
  /** Most that a byte of it may differ by. */
  readonly pixel: number;
  readonly infotext: string;
}

/** Compares a drawn picture with the recorded one. */
export async function compareDrawn(
  { picture, infotext, latents }: Drawn,
  expected: ExpectedPicture,
  check: Verdict,
  folder: Folder,
): Promise<void> {
  check.close('latents', latents.data, expected.latents.data, expected.latentTolerance);
  if (expected.image !== undefined) {
    const recorded = await imageCodec().decode(await folder.bytes(expected.image));
    check.close('picture', picture.data, recorded.data, { abs: expected.pixel, rel: 0 });
  }
  check.same('infotext', withoutHashes(infotext), withoutHashes(expected.infotext));
}
