import { FormatError } from '@graft/core/errors';

/** A refusal that a case expects: the classes it accepts, and what the message should name. */
export interface Refusal {
  readonly errors: readonly string[];
  readonly names?: readonly string[];
}

/** Why an error is not the refusal that was expected; undefined if it is. */
export function refusalProblem(error: unknown, { errors, names = [] }: Refusal): string | undefined {
  if (!(error instanceof FormatError))
    return `threw ${error instanceof Error ? (error.stack ?? error.message).split('\n', 2).join(' ') : String(error)}`;
  if (!errors.includes(error.fault))
    return `was refused as ${error.fault}, expected ${errors.join(' or ') || 'to open'}: ${error.message}`;
  const named = names.length === 0 || names.some((name) => error.message.toLowerCase().includes(name.toLowerCase()));
  return named ? undefined : `the message does not name ${names.join(' or ')}: ${error.message}`;
}
