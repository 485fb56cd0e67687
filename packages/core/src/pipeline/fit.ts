import { attentionWidths, stepsFit } from '../adapters/hypernetwork/index.ts';
import { AdapterError } from '../errors/index.ts';
import type { ModelFile } from '../formats/index.ts';
import { describeModel, isDrawn, type Base, type UNetConfig } from '../models/index.ts';
import type { FoundNetwork, PromptNetworks } from './extra-networks.ts';

/** What networks must fit of a checkpoint, as far as headers tell. */
export interface Fit {
  /** Name of its file. */
  readonly name: string;
  readonly bases: readonly Base[];
  /** Of the attentions where hypernetworks stand. */
  readonly widths: ReadonlySet<number>;
}

/** What networks on a checkpoint must fit. Reads no weight. */
export function fitOf(file: ModelFile, unet: UNetConfig): Fit {
  return { name: file.name, bases: describeModel(file).bases, widths: attentionWidths(unet) };
}

/** Throws AdapterError for a network that is for another base model, as far as headers tell, or cannot be run. */
export function checkFit(
  { adapters, hypernetworks }: Pick<PromptNetworks, 'adapters' | 'hypernetworks'>,
  fit: Fit,
): void {
  for (const { found } of adapters) checkBase(found, fit);
  for (const { found } of hypernetworks) checkHypernetwork(found, fit);
}

/** Some layers of base models are equally wide: what fits them in part is for the wrong one all the same. */
function checkBase({ name, bases }: FoundNetwork<unknown>, { name: model, bases: own }: Fit): void {
  if (bases.length === 0 || own.length === 0 || bases.some((base) => own.includes(base))) return;
  throw new AdapterError(name, `is for ${bases.join(' or ')}, and ${model} is ${own.join(' or ')}`, {
    hint: bases.some(isDrawn)
      ? `Use it with a checkpoint of ${bases.filter(isDrawn).join(' or ')}.`
      : 'Graft draws with Stable Diffusion 1, 2 and XL.',
  });
}

/** Throws AdapterError for a hypernetwork that has nothing for a model, or cannot be run. */
function checkHypernetwork({ name, network }: PromptNetworks['hypernetworks'][number]['found'], { widths }: Fit): void {
  const own = [...network.modules.keys()];
  const used = [...network.modules].filter(([width]) => widths.has(width));
  if (used.length === 0)
    throw new AdapterError(
      name,
      `has modules for the widths ${own.join(', ')}, the model's attentions are ${[...widths].join(', ')} wide`,
      { hint: 'Use it with a checkpoint of the kind that it was trained on.' },
    );
  if (used.every(([width, { k }]) => stepsFit(width, k.layers))) return;
  throw new AdapterError(name, `its layers do not fit each other: the activation glu halves what it is given`, {
    hint: 'Use another hypernetwork: the webui cannot run this one either.',
  });
}
