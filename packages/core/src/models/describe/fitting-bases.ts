import { numel } from '../../tensor/index.ts';
import { knownNames, resolveModule, type KnownBase } from '../names/index.ts';

/** A layer that an adapter changes. */
export interface ChangedLayer {
  readonly name: string;
  /** Widths, where the adapter's parts tell them; that of the input may be of all places of the kernel. */
  readonly input?: number | undefined;
  readonly output?: number | undefined;
}

const BASES = ['SD1', 'SD2', 'SDXL', 'SDXL refiner'] as const;

/**
 * The base models whose UNets have all of these layers, as wide as they are; none where no layer is a UNet's. Layers that no base has count
 * for nothing: those of text encoders, and those that have other names.
 */
export function fittingBases(layers: readonly ChangedLayer[]): readonly KnownBase[] {
  const fits = layers.map((layer) => BASES.map((base) => fit(layer, base))).filter((row) => row.some(Boolean));
  return fits.length === 0 ? [] : BASES.filter((_, i) => fits.every((row) => row[i] === 'fit'));
}

/** Whether a base model's UNet has a layer, and of these widths; undefined where it has none of that name. */
function fit({ name, input, output }: ChangedLayer, base: KnownBase): 'fit' | 'misfit' | undefined {
  const module = resolveModule(name, knownNames(base));
  if (module?.component !== 'unet') return undefined;
  const [out, into = 0, ...kernel] = module.shape;
  const takesIn = input === undefined || input === into || input === into * numel(kernel);
  return takesIn && (output ?? out) === out ? 'fit' : 'misfit';
}
