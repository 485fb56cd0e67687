import { nearestHint, RequestError } from '../errors/index.ts';
import type { Module } from '../models/names/index.ts';
import { ALL_BLOCKS, blockName } from './blocks.ts';

// Weights of single layers ("elements"), as the extension sd-webui-lora-block-weight has them beside those of blocks.

/** Parts of names of which one must occur, or with `not` none may; no parts are in every name. */
interface Words {
  readonly not: boolean;
  readonly words: readonly string[];
}

/** The weight of the layers whose block and name fit; of several that fit a layer the last counts. */
export interface Directive {
  readonly blocks: Words;
  readonly names: Words;
  readonly weight: number;
}

/** What the extension brings along, by name. A tag cannot spell them out: colons separate its own arguments. */
const PRESETS: ReadonlyMap<string, string> = new Map([
  ['ATTNDEEPON', 'IN05-OUT05:attn:1'],
  ['ATTNDEEPOFF', 'IN05-OUT05:attn:0'],
  ['PROJDEEPOFF', 'IN05-OUT05:proj:0'],
  ['XYZ', '::1'],
]);

/** Whether a text is the name of a preset. */
export function isElements(text: string, presets?: ReadonlyMap<string, string>): boolean {
  return presets?.has(text) === true || PRESETS.has(text);
}

/**
 * Reads a preset: directives `BLOCKS:NAMES:WEIGHT` with commas or lines between them. Blocks are IN00 …, ranges such as IN05-OUT05, or none
 * for all; names are parts of layers' names such as `attn`; blanks separate several of them, and NOT before them means all others.
 * Throws RequestError `lbwe` for an unknown preset or one that cannot be read.
 */
export function parseElements(name: string, presets?: ReadonlyMap<string, string>): readonly Directive[] {
  const text = presets?.get(name) ?? PRESETS.get(name);
  if (text === undefined) {
    const known = [...(presets?.keys() ?? []), ...PRESETS.keys()];
    throw new RequestError('lbwe', `there is no list of elements "${name}"`, {
      hint: nearestHint(name, known, 0) ?? `There are: ${known.join(', ')}.`,
    });
  }
  return text
    .split(/[,\n]/)
    .filter((part) => part.trim() !== '')
    .map((part) => readDirective(part));
}

function readDirective(text: string): Directive {
  const [blocks = '', names = '', weight = '', ...more] = text.trim().split(':');
  if (weight.trim() === '' || !Number.isFinite(Number(weight)) || more.length > 0)
    throw new RequestError('lbwe', `"${text}" is not BLOCKS:NAMES:WEIGHT`, {
      hint: 'Write such as IN05-OUT05:attn:0.5.',
    });
  const words = readWords(blocks);
  return {
    blocks: { ...words, words: words.words.flatMap(range) },
    names: readWords(names),
    weight: Number(weight),
  };
}

function readWords(text: string): Words {
  const words = text.split(' ').filter((word) => word !== '');
  return words[0] === 'NOT' ? { not: true, words: words.slice(1) } : { not: false, words };
}

/** `IN05-OUT05` → all blocks from the one to the other. */
function range(word: string): readonly string[] {
  const [from, to] = word.split('-').map((block) => ALL_BLOCKS.indexOf(block));
  if (from === undefined || to === undefined) return [word];
  if (from < 0 || to < 0)
    throw new RequestError('lbwe', `"${word}" is no range of blocks`, { hint: 'Write such as IN05-OUT05.' });
  return ALL_BLOCKS.slice(Math.min(from, to), Math.max(from, to) + 1);
}

/** The weight that directives give a layer; undefined where none fits. */
export function elementWeight(
  directives: readonly Directive[],
  layer: Pick<Module, 'component' | 'ldm' | 'diffusers'>,
): number | undefined {
  const { component, ldm, diffusers } = layer;
  // The webui's name, and behind it the block: the extension looks for words of both kinds in this one text.
  const name = component === 'unet' ? `diffusion_model.${ldm}` : `transformer.${diffusers}`;
  const text = name.replaceAll('.', '_') + (blockName(layer) ?? 'BASE');
  const fits = ({ not, words }: Words): boolean =>
    words.length === 0 ? !not : words.some((word) => text.includes(word)) !== not;
  return directives.findLast(({ blocks, names }) => fits(blocks) && fits(names))?.weight;
}
