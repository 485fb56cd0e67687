import { printable } from '@graft/core/formats';
import type { Terminal } from './terminal.ts';

/** Tells a note to people, on standard error, and to programs. */
export function tellNote(message: string, terminal: Pick<Terminal, 'err' | 'event' | 'json' | 'quiet'>): void {
  terminal.event({ event: 'note', message });
  if (!terminal.json && !terminal.quiet) terminal.err(`Note: ${printable(message)}\n`);
}
