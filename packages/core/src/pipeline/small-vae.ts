import { ModelError, RequestError, SdError, type Cancel } from '../errors/index.ts';
import { input, type Graph, type WeightRef } from '../graph/index.ts';
import {
  approxNn,
  hasApproxNn,
  hasTaesdDecoder,
  hasTaesdEncoder,
  taesdDecoder,
  taesdEncoder,
  taesdWeights,
  type LatentKind,
  type OpenedModel,
} from '../models/index.ts';
import { createScope, type Scope } from '../nn/index.ts';
import type { Runtime } from '../runtime/index.ts';
import type { Tensor } from '../tensor/index.ts';
import { createPrograms } from './programs.ts';

/** A network that stands in for one side of a VAE. */
export type SmallNetwork = 'taesd-decoder' | 'taesd-encoder' | 'approx-nn';

/** The ways to decode without the VAE that need a file, as the webui calls them. */
export type SmallMethod = 'TAESD' | 'Approx NN';

/** Opens the file of a small network; undefined where there is none. Throws SdError `file` and FormatError. */
export type SmallNetworkSource = (network: SmallNetwork, latents: LatentKind) => Promise<OpenedModel | undefined>;

/** Small networks in a VAE's place. Each is opened and compiled when it is first needed. */
export interface SmallVae {
  /** Whether there is a file for a network. A damaged one is there as well. */
  has(network: SmallNetwork): Promise<boolean>;
  /** Opens the file of a network. Throws as `decode` does. */
  check(network: SmallNetwork): Promise<void>;
  /** Opens and compiles a decoder for latents of [1, 4, h, w], so that its first run has nothing left to load. Throws as `decode` does. */
  prepare(method: SmallMethod, latent: Tensor): Promise<void>;
  /**
   * latent [1, 4, h, w], scaled → pixels in about −1…1: [1, 3, 8h, 8w] by TAESD, [1, 3, 2h, 2w] by Approx NN.
   * Throws RequestError without a file, ModelError for a file of something else, SdError `model` for NaN.
   */
  decode(method: SmallMethod, latent: Tensor, cancel?: Cancel): Promise<Tensor>;
  /** pixels [1, 3, h, w] in −1…1 → latent [1, 4, h/8, w/8], scaled, by TAESD. Throws as `decode` does. */
  encode(pixels: Tensor, cancel?: Cancel): Promise<Tensor>;
  release(): Promise<void>;
}

interface Kind {
  /** Where the webui looks for it. */
  readonly file: Readonly<Record<LatentKind, string>>;
  /** The setting that asks for it. */
  readonly field: string;
  readonly is: (p: Scope) => boolean;
  readonly weights: (weights: ReadonlyMap<string, WeightRef>) => ReadonlyMap<string, WeightRef>;
}

const KINDS: Readonly<Record<SmallNetwork, Kind>> = {
  'taesd-decoder': {
    file: { sd: 'models/VAE-taesd/taesd_decoder.pth', sdxl: 'models/VAE-taesd/taesdxl_decoder.pth' },
    field: 'sd_vae_decode_method',
    is: hasTaesdDecoder,
    weights: (weights) => taesdWeights(weights, 'decoder'),
  },
  'taesd-encoder': {
    file: { sd: 'models/VAE-taesd/taesd_encoder.pth', sdxl: 'models/VAE-taesd/taesdxl_encoder.pth' },
    field: 'sd_vae_encode_method',
    is: hasTaesdEncoder,
    weights: (weights) => taesdWeights(weights, 'encoder'),
  },
  'approx-nn': {
    file: { sd: 'models/VAE-approx/model.pt', sdxl: 'models/VAE-approx/vaeapprox-sdxl.pt' },
    field: 'sd_vae_decode_method',
    is: hasApproxNn,
    weights: (weights) => weights,
  },
};

/** Where the webui looks for the file of a network. */
export function smallNetworkFile(network: SmallNetwork, latents: LatentKind): string {
  return KINDS[network].file[latents];
}

export function isSmallMethod(method: string): method is SmallMethod {
  return method === 'TAESD' || method === 'Approx NN';
}

/** The network that decodes by a method. */
export function decoderOf(method: SmallMethod): SmallNetwork {
  return method === 'TAESD' ? 'taesd-decoder' : 'approx-nn';
}

/** The small networks of `source` on `runtime`, for the latents of a kind of model. */
export function createSmallVae(runtime: Runtime, source: SmallNetworkSource, latents: LatentKind): SmallVae {
  const programs = createPrograms(runtime);
  const opened = new Map<SmallNetwork, Promise<OpenedModel | undefined>>();
  const open = (network: SmallNetwork): Promise<OpenedModel | undefined> => {
    const known = opened.get(network) ?? source(network, latents);
    opened.set(network, known);
    return known;
  };
  const scopeOf = async (network: SmallNetwork): Promise<Scope> => {
    const { file, field, is, weights } = KINDS[network];
    const model = await open(network);
    if (!model)
      throw new RequestError(field, `the file that it needs is not there: ${file[latents]}`, {
        hint: 'Put the file into the model folder, or choose "Full".',
      });
    const scope = createScope(weights(model.weights), { model: model.file.name });
    if (is(scope)) return scope;
    throw new ModelError(model.file.name, `is no ${network === 'approx-nn' ? 'Approx NN decoder' : network}`, {
      hint: 'Get the file again; until then choose another way to decode.',
    });
  };
  const decoder = async (method: SmallMethod, { shape }: Tensor): Promise<[name: string, graph: () => Graph]> => {
    const scope = await scopeOf(decoderOf(method));
    const [, , h = 0, w = 0] = shape;
    if (method === 'TAESD')
      return [
        'taesd decoder',
        () => ({ outputs: { pixels: taesdDecoder(scope, input('latent', ['b', 4, 'h', 'w'])) } }),
      ];
    return [`approx ${h} ${w}`, () => ({ outputs: { pixels: approxNn(scope, input('latent', ['b', 4, h, w])) } })];
  };
  return {
    has: async (network) => {
      try {
        return (await open(network)) !== undefined;
      } catch (error) {
        if (error instanceof SdError) return true;
        throw error;
      }
    },
    async check(network) {
      await scopeOf(network);
    },
    async prepare(method, latent) {
      await programs.prepare(...(await decoder(method, latent)));
    },
    async decode(method, latent, cancel) {
      const { pixels } = await programs.run(...(await decoder(method, latent)), { latent }, cancel);
      if (pixels!.data.some(Number.isNaN)) throw await damaged(decoderOf(method));
      if (method === 'TAESD') pixels!.data.forEach((v, i) => (pixels!.data[i] = 2 * v - 1));
      return pixels!;
    },
    async encode(pixels, cancel) {
      const scope = await scopeOf('taesd-encoder');
      const graph = (): Graph => ({
        outputs: { latent: taesdEncoder(scope, input('pixels', ['b', 3, '8*h', '8*w'])) },
      });
      const unit = { shape: pixels.shape, data: pixels.data.map((v) => (v + 1) / 2) };
      const { latent } = await programs.run('taesd encoder', graph, { pixels: unit }, cancel);
      if (latent!.data.some(Number.isNaN)) throw await damaged('taesd-encoder');
      return latent!;
    },
    release: () => programs.release(),
  };

  async function damaged(network: SmallNetwork): Promise<SdError> {
    const model = await open(network);
    return new SdError('model', 'gave no numbers for this picture', {
      at: model?.file.name,
      hint: 'The file may be damaged: get it again.',
    });
  }
}
