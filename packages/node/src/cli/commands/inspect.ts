import { RequestError, SdError } from '@graft/core/errors';
import type { GraftExtension } from '../../extension/extension.ts';
import type { Arguments } from '../arguments.ts';
import type { Command } from '../command.ts';
import { tellError } from '../exit.ts';
import type { Terminal } from '../terminal.ts';

/** `graft inspect`. */
export const inspectCommand: Command = {
  name: 'inspect',
  summary: 'Tell what a model file or picture is',
  usage: ['inspect FILE …', 'inspect FOLDER', 'inspect https://SERVER/FILE'],
  details: [
    'Of a model: its kind, base model, families, ranks, alphas, words, training and names; of a checkpoint, what its network predicts and why; of a picture, the parameters that were written into it. A folder is one as diffusers saves them. Files are only read: nothing in them is ever run. What is told of an adapter comes from names, shapes, alphas and metadata: the numbers of its weights are looked at with --norms alone. Of files on servers only the headers are fetched.',
  ],
  examples: [
    'inspect model.safetensors',
    'inspect out.png',
    'inspect lora.safetensors --norms',
    'inspect embedding.pt --json',
  ],
  options: [
    {
      title: 'How much to read',
      options: [
        { name: 'hashes', help: 'Checksums (AutoV1, V2, V3, kohya) of large files too: reads all of them' },
        { name: 'norms', help: 'How much an adapter changes, block by block: reads all of it' },
      ],
    },
  ],
  run: inspect,
};

async function inspect(given: Arguments, terminal: Terminal, extensions: readonly GraftExtension[]): Promise<number> {
  if (given.positionals.every((path) => path === ''))
    throw new RequestError('FILE', 'is missing', { hint: 'Say which file: graft inspect FILE' });
  const { inspectFile } = await import('../inspect-file.ts');
  const options = {
    hashes: given.has('hashes'),
    norms: given.has('norms'),
    extensions,
  };
  let code = 0;
  for (const path of given.positionals) {
    try {
      const { text, data } = await inspectFile(path, options);
      if (terminal.json) terminal.event(data);
      else terminal.out(text);
    } catch (error) {
      // What is wrong with a file is what there is to tell of it. Faults of Graft end the command.
      if (!(error instanceof SdError)) throw error;
      code = tellError(error, terminal, { more: { path } });
    }
  }
  return code;
}
