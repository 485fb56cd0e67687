import type { GraftExtension } from '../extension/extension.ts';
import type { Arguments } from './arguments.ts';
import type { OptionGroup } from './option.ts';
import type { Terminal } from './terminal.ts';

/** A command of `graft`: what it is called, what it understands, what it does. */
export interface Command {
  readonly name: string;
  /** One line without a full stop. */
  readonly summary: string;
  /** Behind "graft", one way to call it a line. */
  readonly usage: readonly string[];
  /** Paragraphs under the summary. */
  readonly details: readonly string[];
  readonly examples: readonly string[];
  /** Besides the general ones. */
  readonly options: readonly OptionGroup[];
  /**
   * Carries it out; the result is the exit code. What it throws is told to the user, with fields of a request under the names of the
   * options that gave them (`fieldNames`). `extensions`: those that the user named.
   */
  run(given: Arguments, terminal: Terminal, extensions: readonly GraftExtension[]): Promise<number>;
  /** How users write fields of a request: field → the options that give it. */
  readonly fieldNames?: ReadonlyMap<string, readonly string[]>;
}
