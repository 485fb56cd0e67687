import { dirname } from 'node:path';
import { RequestError } from '@graft/core/errors';
import { checkExtension } from './check.ts';
import type { GraftExtension } from './extension.ts';
import { loadExtension } from './load.ts';
import { runModule } from './run-module.ts';

/** What `graft.config.js` of a project exports as its default. */
export interface GraftConfig {
  /** Extensions of every command that is run in the project: names or paths, as `--extension` takes them, or extensions themselves. */
  readonly extensions?: readonly (string | GraftExtension)[];
}

/**
 * Runs a configuration and gives the extensions that it lists. Throws RequestError `graft.config` where it cannot be run or says something
 * else, and as `loadExtension` does.
 */
export async function loadConfig(path: string): Promise<readonly GraftExtension[]> {
  const { default: config } = await runModule(path, { field: 'graft.config', name: path });
  const extensions = listed(config, path).map(async (one) =>
    typeof one === 'string' ? loadExtension(one, dirname(path)) : checkExtension(one, path),
  );
  return Promise.all(extensions);
}

function listed(config: unknown, path: string): readonly unknown[] {
  const wrong = (what: string): RequestError =>
    new RequestError('graft.config', `${path} ${what}`, {
      hint: "It says, for example: export default { extensions: ['./my-extension.js'] };",
    });
  if (typeof config !== 'object' || config === null || Array.isArray(config))
    throw wrong('exports no object as its default');
  const { extensions = [], ...others } = config as Readonly<Record<string, unknown>>;
  const [other] = Object.keys(others);
  if (other !== undefined) throw wrong(`has a field ${other}, which no configuration has`);
  if (!Array.isArray(extensions)) throw wrong('has extensions that are no list');
  return extensions;
}
