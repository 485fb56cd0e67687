import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The package that this file belongs to. */
const OWN = realpathSync(fileURLToPath(new URL('../../', import.meta.url)));

const NAMES = ['graft.config.ts', 'graft.config.mts', 'graft.config.js', 'graft.config.mjs'];

/**
 * The `graft.config` that counts in a folder, and one that lies there and does not. A configuration is a program, so only that of a project is
 * run in which running Graft runs the project's files anyway: the one beside the `node_modules` that has this very Graft in it, at or above
 * the folder. A file of that name among downloaded models is never run.
 */
export function findConfig(
  folder: string,
  own: string = OWN,
): { readonly path?: string | undefined; readonly ignored?: string | undefined } {
  const project = projectOf(folder, own);
  const path = project === undefined ? undefined : configIn(project);
  return path === undefined ? { ignored: configIn(folder) } : { path };
}

/** The nearest folder at or above `folder` in whose `node_modules` a package lies that is the one at `own`. */
function projectOf(folder: string, own: string): string | undefined {
  const installed = join(folder, 'node_modules', '@graft', 'node');
  if (existsSync(installed) && realpathSync(installed) === own) return folder;
  const above = dirname(folder);
  return above === folder ? undefined : projectOf(above, own);
}

function configIn(folder: string): string | undefined {
  return NAMES.map((name) => join(folder, name)).find((path) => existsSync(path));
}
