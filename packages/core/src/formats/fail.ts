import type { FormatFault } from '../errors/index.ts';

/** Signals what is wrong with the bytes being read; always throws a FormatError. */
export type Fail = (fault: FormatFault, message: string) => never;
