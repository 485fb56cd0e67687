import { extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { RequestError } from '@graft/core/errors';

const TYPESCRIPT = new Set(['.ts', '.mts', '.cts']);

/**
 * Runs a module of somebody else's and gives what it exports. `name`: what messages call it. TypeScript works where this Node strips types.
 * Throws RequestError `field` where it cannot be run.
 */
export async function runModule(
  path: string,
  { field, name }: { readonly field: string; readonly name: string },
): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (TYPESCRIPT.has(extname(path)) && code === 'ERR_UNKNOWN_FILE_EXTENSION') {
      throw new RequestError(field, `${name} is TypeScript, which Node ${process.versions.node} does not run`, {
        hint: 'Compile it to JavaScript, or use Node 22.18 or newer.',
        cause: error,
      });
    }
    const why = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new RequestError(field, `${name} cannot be run: ${why}`, { hint: 'Tell its author.', cause: error });
  }
}
