import type { GraftExtension } from '../../extension/extension.ts';
import { refusePositionals, type Arguments } from '../arguments.ts';
import type { Command } from '../command.ts';
import { tellNote } from '../note.ts';
import type { Terminal } from '../terminal.ts';

/** `graft models`. */
export const modelsCommand: Command = {
  name: 'models',
  summary: 'List the models that are there',
  usage: ['models [--type TYPE] [--base BASE]'],
  details: [
    "Models are looked for in the folder of --models or GRAFT_MODELS, laid out like that of AUTOMATIC1111's webui (models/Stable-diffusion, models/Lora, models/VAE, embeddings …). Those that come with Graft are always there.",
    'A question mark behind a base model: the layers are those of others, too, and --base lists the file for each.',
  ],
  examples: [
    'models',
    'models --type checkpoint',
    'models --type lora --base sdxl',
    'models --models ~/stable-diffusion-webui --json',
  ],
  options: [
    {
      title: 'Which',
      options: [
        {
          name: 'type',
          aliases: ['kind'],
          value: 'TYPE',
          help: 'checkpoint, vae, adapter (LoRA and its relatives), embedding, hypernetwork …',
        },
        { name: 'base', value: 'BASE', help: 'Only those for a base model: SD1, SD2, SDXL or "SDXL refiner"' },
      ],
    },
  ],
  run: listModels,
};

async function listModels(
  given: Arguments,
  terminal: Terminal,
  extensions: readonly GraftExtension[],
): Promise<number> {
  refusePositionals(given, 'Choose with --type TYPE and --base BASE; a single file is told by: graft inspect FILE');
  const { describeLibrary } = await import('../list-models.ts');
  const { text, events, notes } = await describeLibrary({
    root: given.value('models'),
    type: given.value('type'),
    base: given.value('base'),
    extensions,
  });
  if (terminal.json) for (const event of events) terminal.event(event);
  else terminal.out(text);
  for (const note of notes) tellNote(note, terminal);
  return 0;
}
