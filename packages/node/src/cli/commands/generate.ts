import type { GraftExtension } from '../../extension/extension.ts';
import type { Arguments } from '../arguments.ts';
import type { Command } from '../command.ts';
import { FIELD_NAMES, GENERATE_OPTIONS } from '../generate/options.ts';
import type { Terminal } from '../terminal.ts';
import { withEngine } from '../with-engine.ts';

/** `graft generate`. */
export const generateCommand: Command = {
  name: 'generate',
  summary: 'Draw pictures',
  usage: ['generate PROMPT [options]', 'generate --from IMAGE [options]', 'generate --request FILE.json [options]'],
  details: [],
  examples: [
    'generate "a cat on a blue background"',
    'generate "a fox" --negative "red" --seed 7 --steps 30 --cfg 5 -o fox.png',
    'generate "a castle" --model some-model --size 512x768 --sampler "DPM++ 2M Karras"',
    'generate "a fox next to a pizza" --batch 2 --count 3 --grid',
    'generate "a cat with a crown" --init out.png --strength 0.6',
    'generate "a donut" --init out.png --mask mask.png',
    'generate "a castle" --model some-model --hires 2 --strength 0.5',
    'generate --from out.png --steps 40',
    'generate "a whale" --json | my-program',
  ],
  options: GENERATE_OPTIONS,
  fieldNames: FIELD_NAMES,
  run: generateOnTerminal,
};

function generateOnTerminal(
  given: Arguments,
  terminal: Terminal,
  extensions: readonly GraftExtension[],
): Promise<number> {
  return withEngine(given, terminal, async ({ engine, stop }) => {
    const { draw } = await import('../generate/draw.ts');
    await draw({ given, terminal, engine, stop, extensions });
  });
}
