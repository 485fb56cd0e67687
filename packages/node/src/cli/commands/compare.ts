import type { GraftExtension } from '../../extension/extension.ts';
import type { Arguments } from '../arguments.ts';
import type { Command } from '../command.ts';
import { COMPARE_OPTIONS } from '../compare/options.ts';
import { FIELD_NAMES } from '../generate/options.ts';
import type { Terminal } from '../terminal.ts';
import { withEngine } from '../with-engine.ts';

/** `graft compare`. */
export const compareCommand: Command = {
  name: 'compare',
  summary: 'Draw variants of a picture side by side, and measure how they differ',
  usage: ['compare PROMPT --with TAGS [options]', 'compare PROMPT --x AXIS [--y AXIS] [--z AXIS] [options]'],
  details: [
    '',
    'An axis is NAME: VALUES. The name is any field of a request or setting of the webui (seed, steps, cfg, sampler, scheduler, checkpoint, vae, "clip skip", denoising …), also as its X/Y/Z plot spells it; or size; or strength: of the tags, on text encoder and UNet alike; or with: texts behind the prompt, such as tags; or replace: a text in the prompt and what takes its place; or order: texts in the prompt, in every order.',
    'Values are a list with commas, in quotes if they hold some. Numbers may be ranges: 1..3, 0..1 step 0.25, or as the webui writes them: 1-3, 1-9 (+2), 1-10 [5].',
    'Each cell is written into a file of its own, with its parameters, besides the grid with labels. All cells are checked before the first is drawn.',
  ],
  examples: [
    'compare "a cat" --with "<lora:some-style:1>" --y "seed: 1..3" --diff',
    'compare "a cat" --with "<lora:some-style:1>" --x "strength: 0, 0.5, 1" --y "seed: 1..3"',
    'compare "a cat" --x "sampler: Euler a, DPM++ 2M Karras, DDIM" --y "steps: 10, 20, 40" --seed 7',
    'compare "a cat on a blue background" --x "replace: cat, dog, fox" --y "cfg: 2..8 step 2" -o animals.png',
  ],
  options: COMPARE_OPTIONS,
  fieldNames: FIELD_NAMES,
  run: compareOnTerminal,
};

function compareOnTerminal(
  given: Arguments,
  terminal: Terminal,
  extensions: readonly GraftExtension[],
): Promise<number> {
  return withEngine(given, terminal, async ({ engine, stop }) => {
    const { drawComparison } = await import('../compare/draw.ts');
    await drawComparison({ given, terminal, engine, stop, extensions });
  });
}
