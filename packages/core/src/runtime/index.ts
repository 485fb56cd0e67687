/** The ports to whatever runs graphs. */
export { compile } from './compile.ts';
export type { Feeds, IntTensor, Program, Runtime, RuntimeTraits } from './port.ts';
