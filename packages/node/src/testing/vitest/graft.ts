import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The built command: tests of it run what users run. */
export const MAIN: string = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));

/** A line that `--json` writes. */
export type GraftEvent = Readonly<Record<string, unknown>> & { readonly event: string };

/** The events in what a command wrote. */
export function readEvents(text: string): GraftEvent[] {
  return text
    .trim()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as GraftEvent);
}

/** Runs `graft … --json` in a folder to its end, on the models that come with it. */
export function runGraft(
  folder: string,
  argv: readonly string[],
): { readonly status: number | null; readonly events: readonly GraftEvent[]; readonly err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...argv, '--json'], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, GRAFT_MODELS: '' },
  });
  return { status, events: readEvents(stdout), err: stderr };
}
