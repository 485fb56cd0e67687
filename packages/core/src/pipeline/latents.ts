import { RequestError, SdError, type Cancel } from '../errors/index.ts';
import { cheapPreview, sampleLatent, type LatentKind } from '../models/index.ts';
import { tensor, type Tensor, type TorchRandom } from '../tensor/index.ts';
import type { LoadedModel } from './model.ts';
import type { Networks } from './networks.ts';
import { decoderOf, isSmallMethod, smallNetworkFile, type SmallNetwork, type SmallVae } from './small-vae.ts';

/** One image of a batch. x [b, ...] → [1, ...] */
export function imageAt(x: Tensor, index: number): Tensor {
  const size = x.data.length / x.shape[0]!;
  return tensor([1, ...x.shape.slice(1)], x.data.subarray(index * size, (index + 1) * size));
}

/** Images of one shape as a batch. n of [1, ...] → [n, ...] */
export function batch(images: readonly Tensor[]): Tensor {
  const [first] = images;
  const out = tensor([images.length, ...(first?.shape.slice(1) ?? [])]);
  images.forEach(({ data }, i) => out.data.set(data, i * data.length));
  return out;
}

/** How a picture becomes latents and latents a picture: by the VAE ("Full") or a stand-in of the webui. */
export interface VaeMethods {
  readonly sd_vae_encode_method: string;
  readonly sd_vae_decode_method: string;
}

/** What a model's latents are like. */
export function latentKind({ networks }: { readonly networks: Pick<Networks, 'conditioning'> }): LatentKind {
  return networks.conditioning.latents;
}

/** Throws RequestError, ModelError or FormatError for a way whose file is not there or is not right. */
export async function checkVaeMethods(model: LoadedModel, methods: VaeMethods): Promise<void> {
  const { sd_vae_encode_method: encode, sd_vae_decode_method: decode } = methods;
  if (isSmallMethod(decode)) await smallVae(model, decoderOf(decode)).check(decoderOf(decode));
  if (encode === 'TAESD') await smallVae(model, 'taesd-encoder').check('taesd-encoder');
}

function smallVae(model: LoadedModel, network: SmallNetwork): SmallVae {
  if (model.small) return model.small;
  const side = network === 'taesd-encoder' ? 'encode' : 'decode';
  throw new RequestError(
    `sd_vae_${side}_method`,
    `the file that it needs is not there: ${smallNetworkFile(network, latentKind(model))}`,
    { hint: 'Choose "Full".' },
  );
}

/**
 * Latents of pictures, image by image: one draw each from torch's process-wide generator, as the webui makes them.
 * "TAESD" as `method` draws nothing. pixels: [1, 3, h, w] in −1…1 each → [b, z, h/8, w/8], scaled.
 */
export async function encodePictures(
  model: LoadedModel,
  pixels: readonly Tensor[],
  random: TorchRandom,
  cancel?: Cancel,
  method = 'Full',
): Promise<Tensor> {
  const latents: Tensor[] = [];
  if (method === 'TAESD') {
    // It draws nothing.
    const encoded = new Map<Tensor, Tensor>();
    for (const one of new Set(pixels)) encoded.set(one, await smallVae(model, 'taesd-encoder').encode(one, cancel));
    return batch(pixels.map((one) => encoded.get(one)!));
  }
  let last: { readonly pixels: Tensor; readonly moments: Tensor } | undefined;
  for (const one of pixels) {
    // A batch from one picture holds the same tensor again and again; only the draws differ.
    const moments = last?.pixels === one ? last.moments : await model.networks.encodePicture(one, cancel);
    last = { pixels: one, moments };
    latents.push(sampleLatent(moments, model.latentScale, random.normal(moments.data.length / 2)));
  }
  return batch(latents);
}

/**
 * Pixels of latents, image by image, by a method that the webui's `sd_vae_decode_method` names; others mean the VAE.
 * latents [b, z, h, w], scaled → b of [1, 3, H, W], about −1…1. Throws SdError `model` for NaN, and what small networks throw.
 */
export async function decodeLatents(
  model: LoadedModel,
  latents: Tensor,
  method: string,
  cancel?: Cancel,
): Promise<readonly Tensor[]> {
  const pictures: Tensor[] = [];
  for (let i = 0; i < latents.shape[0]!; i++) {
    const latent = imageAt(latents, i);
    if (latent.data.some(Number.isNaN)) {
      throw new SdError('model', 'the UNet gave no numbers for this picture', {
        at: model.name,
        hint: 'The file may be damaged; if it draws without networks such as LoRAs, one of those may be.',
      });
    }
    if (method === 'Approx cheap') {
      pictures.push(cheapPreview(latent, latentKind(model)));
      continue;
    }
    if (isSmallMethod(method)) {
      pictures.push(await smallVae(model, decoderOf(method)).decode(method, latent, cancel));
      continue;
    }
    const pixels = await model.networks.decodePicture(
      { shape: latent.shape, data: latent.data.map((v) => v / model.latentScale) },
      cancel,
    );
    if (pixels.data.some(Number.isNaN)) {
      throw new SdError('model', 'the VAE gave no numbers for this picture', {
        at: model.name,
        hint: 'The file may be damaged; try another VAE with --vae FILE.',
      });
    }
    pictures.push(pixels);
  }
  return pictures;
}
