import { basename, dirname } from 'node:path';
import type { LatentKind } from '@graft/core/models';
import type { SmallNetwork, SmallNetworkSource } from '@graft/core/pipeline';
import type { Library } from './library.ts';
import type { LocalModels } from './model-source.ts';

/** The folders of small decoders: the webui's, and that of others. */
const FOLDER = /[\\/]vae[-_](?:approx|taesd)[\\/]/i;

/** Stems of files by what they hold: the webui's names, and those of whole small autoencoders. */
const STEMS: Readonly<Record<SmallNetwork, Readonly<Record<LatentKind, readonly string[]>>>> = {
  'taesd-decoder': { sd: ['taesd_decoder', 'taesd'], sdxl: ['taesdxl_decoder', 'taesdxl'] },
  'taesd-encoder': { sd: ['taesd_encoder', 'taesd'], sdxl: ['taesdxl_encoder', 'taesdxl'] },
  'approx-nn': { sd: ['model'], sdxl: ['vaeapprox-sdxl'] },
};

/** A file of this stem is called by its folder: so diffusers stores models. */
const DIFFUSERS = 'diffusion_pytorch_model';

/** The small networks in a VAE's place out of a library's folders for them; of several files for one the first. */
export function localSmallNetworks(library: Library, files: Pick<LocalModels, 'file'>): SmallNetworkSource {
  return async (network, latents) => {
    const own = library.entries().filter(({ path }) => FOLDER.test(path));
    for (const wanted of STEMS[network][latents]) {
      const entry = own.find(({ path, stem }) => (stem === DIFFUSERS ? basename(dirname(path)) : stem) === wanted);
      if (entry) return files.file(entry.path);
    }
    return undefined;
  };
}
