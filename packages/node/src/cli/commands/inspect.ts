import { RequestError } from '@graft/core/errors';
import type { Arguments } from '../arguments.ts';
import type { Command } from '../command.ts';
import type { Terminal } from '../terminal.ts';

/** `graft inspect`. */
export const inspectCommand: Command = {
  name: 'inspect',
  summary: 'Tell what a model file or picture is',
  usage: ['inspect FILE …'],
  details: [
    'Of a picture, the parameters that were written into it. Files are only read: nothing in them is ever run.',
  ],
  examples: ['inspect model.safetensors', 'inspect out.png', 'inspect embedding.pt --json'],
  options: [],
  run: inspect,
};

async function inspect(given: Arguments, terminal: Terminal): Promise<number> {
  if (given.positionals.length === 0)
    throw new RequestError('FILE', 'is missing', { hint: 'Say which file: graft inspect FILE' });
  const { inspectFile } = await import('../inspect-file.ts');
  for (const path of given.positionals) {
    const { text, data } = await inspectFile(path);
    if (terminal.json) terminal.event(data);
    else terminal.out(text);
  }
  return 0;
}
