#!/usr/bin/env node
/** The command `graft`. */
import { run } from './cli/run.ts';

const code = await run(process.argv.slice(2));
for (const stream of [process.stdout, process.stderr]) {
  await new Promise<void>((resolve) => {
    if (stream.destroyed || !stream.writable) resolve();
    else stream.write('', () => resolve());
  });
}
process.exit(code);
