import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { processTerminal, type ProcessTerminal } from './terminal.ts';

/** A terminal on streams that fail with a code, or do not. */
function terminalOn(code?: string): ProcessTerminal & { readonly written: string[] } {
  const written: string[] = [];
  const stream = (failure?: string): NodeJS.WriteStream =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        if (failure === undefined) written.push(chunk.toString());
        done(failure === undefined ? null : Object.assign(new Error(failure), { code: failure }));
      },
    }) as NodeJS.WriteStream;
  const terminal = processTerminal({ json: true, quiet: false }, { stdout: stream(code), stderr: stream() } as Pick<
    NodeJS.Process,
    'stdout' | 'stderr'
  >);
  return Object.assign(terminal, { written });
}

describe('what a terminal says at its end', () => {
  test('is nothing where all was written', async () => {
    const terminal = terminalOn();
    terminal.event({ event: 'a' });
    expect(await terminal.end()).toBeUndefined();
    expect(terminal.written.join('')).toBe('{"event":"a"}\n');
  });

  test.each(['ENOSPC', 'EIO'])('is that results were lost: %s', async (code) => {
    const terminal = terminalOn(code);
    terminal.out('a');
    expect(await terminal.end()).toMatchObject({ code: 'file', cause: { code } });
    // Later ones are lost without a word.
    terminal.out('b');
    expect(await terminal.end()).toMatchObject({ code: 'file' });
  });

  test('is nothing where the reader went away', async () => {
    const terminal = terminalOn('EPIPE');
    terminal.out('a');
    expect(await terminal.end()).toBeUndefined();
  });
});
