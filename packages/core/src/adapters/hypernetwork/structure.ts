import { RequestError } from '../../errors/index.ts';
import { activation } from './activations.ts';

/** What a module of a hypernetwork is built of. */
export interface HypernetworkStructure {
  /** Widths of the layers as multiples of the module's own, first and last 1. */
  readonly layers: readonly number[];
  /** As A1111 names it; undefined or `linear`: none. */
  readonly activation: string | undefined;
  readonly layerNorm: boolean;
  /** Whether the last layer is followed by the activation too. */
  readonly activateOutput: boolean;
  /** Share of features dropped in training after each layer, the first number being the input's: as many as `layers`. */
  readonly dropout: readonly number[];
}

/** A step of a module. `index` is its place in torch's Sequential, which names its tensors. */
export type HypernetworkLayer =
  | { readonly kind: 'linear'; readonly index: number; readonly from: number; readonly to: number }
  | { readonly kind: 'activation'; readonly index: number; readonly name: string }
  | { readonly kind: 'norm'; readonly index: number; readonly width: number }
  | { readonly kind: 'dropout'; readonly index: number; readonly share: number };

const MOST_LAYERS = 64;

/**
 * The steps of a module `width` wide, in order. Throws RequestError for a structure that cannot be built.
 * A1111 modules/hypernetworks/hypernetwork.py HypernetworkModule.
 */
export function hypernetworkLayers(width: number, structure: HypernetworkStructure): HypernetworkLayer[] {
  const { layers, activation: name, layerNorm, activateOutput, dropout } = structure;
  const refuse = (message: string): never => {
    throw new RequestError('layer structure', message, { hint: 'Use a list such as 1, 2, 1.' });
  };
  if (layers.length < 2 || layers.length > MOST_LAYERS) refuse(`${layers.length} layers cannot be built`);
  if (layers[0] !== 1 || layers.at(-1) !== 1) refuse('the first and the last multiple must be 1');
  const sizes = layers.map((multiple) => Math.trunc(width * multiple));
  if (sizes.some((size) => !(size >= 1 && Number.isSafeInteger(size)))) refuse('every layer needs a feature');
  const active = name !== undefined && name !== 'linear';
  if (active) activation(name);
  const steps: HypernetworkLayer[] = [];
  for (const [i, to] of sizes.slice(1).entries()) {
    const last = i === sizes.length - 2;
    steps.push({ kind: 'linear', index: steps.length, from: sizes[i]!, to });
    if (active && (!last || activateOutput)) steps.push({ kind: 'activation', index: steps.length, name });
    if (layerNorm) steps.push({ kind: 'norm', index: steps.length, width: to });
    const share = dropout[i + 1] ?? 0;
    if (share > 0) steps.push({ kind: 'dropout', index: steps.length, share });
  }
  return steps;
}

/** Whether each step of a module takes what the one before leaves, and the last leaves `width`: `glu` leaves half of what it is given. */
export function stepsFit(width: number, steps: readonly HypernetworkLayer[]): boolean {
  let left = width;
  for (const step of steps) {
    if (step.kind === 'linear' && step.from !== left) return false;
    if (step.kind === 'norm' && step.width !== left) return false;
    if (step.kind === 'linear') left = step.to;
    if (step.kind === 'activation' && step.name === 'glu') left /= 2;
  }
  return left === width;
}

const DROPOUT = 0.3;

/** The dropout of files that do not say: none, or 0.3 after the hidden layers, the last of them only when wanted. */
export function derivedDropout(
  layers: readonly number[],
  { use, last }: { readonly use: boolean; readonly last: boolean },
): readonly number[] {
  if (!use) return layers.map(() => 0);
  return [0, ...layers.slice(3).map(() => DROPOUT), last ? DROPOUT : 0, 0];
}
