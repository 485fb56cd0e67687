import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Runs a script of this folder in a fresh process. → what it prints as JSON */
export function fresh<T>(script: string, files: readonly string[], options: object): T {
  const path = fileURLToPath(new URL(`./${script}.js`, import.meta.url));
  const output = execFileSync(process.execPath, [path, ...files, JSON.stringify(options)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(output) as T;
}
