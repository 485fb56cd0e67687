import { mkdirSync, readdirSync, statSync, unlinkSync, utimesSync } from 'node:fs';
import { homedir, platform } from 'node:os';
import { join } from 'node:path';
import { SdError } from '@graft/core/errors';

/** Prepared weights kept on disk, in bytes, unless GRAFT_CACHE_GB says otherwise: room for three or four SD1 models. */
const DEFAULT_LIMIT = 20 * 2 ** 30;

/** Folder for prepared weights: GRAFT_CACHE, else the system's place for caches. Made if absent. Throws SdError `file`. */
export function cacheFolder(wanted: string | undefined = process.env['GRAFT_CACHE']): string {
  const folder = join(wanted ?? systemCache(), 'weights');
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new SdError(
      'file',
      `the cache folder cannot be made: ${error instanceof Error ? error.message : String(error)}`,
      {
        at: folder,
        hint: 'Point GRAFT_CACHE at a folder that can be written, or use --low-memory, which needs none.',
        cause: error,
      },
    );
  }
  return folder;
}

function systemCache(): string {
  if (platform() === 'darwin') return join(homedir(), 'Library', 'Caches', 'graft');
  if (platform() === 'win32') return join(process.env['LOCALAPPDATA'] ?? homedir(), 'graft');
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'graft');
}

/** Marks a file as just used, so that it goes last. */
export function touch(path: string): void {
  const now = new Date();
  utimesSync(path, now, now);
}

/** Deletes what was used longest ago until `room` more bytes fit under the limit; files being written or in use go last. */
export function makeRoom(folder: string, room: number): void {
  const gigabytes = Number(process.env['GRAFT_CACHE_GB']);
  const limit = gigabytes > 0 ? gigabytes * 2 ** 30 : DEFAULT_LIMIT;
  const files = readdirSync(folder)
    .map((name) => ({ path: join(folder, name), stat: statSync(join(folder, name), { throwIfNoEntry: false }) }))
    .filter((file): file is { path: string; stat: NonNullable<typeof file.stat> } => file.stat !== undefined)
    .sort((a, b) => a.stat.mtimeMs - b.stat.mtimeMs);
  let total = files.reduce((sum, file) => sum + file.stat.size, room);
  for (const { path, stat } of files) {
    if (total <= limit) return;
    try {
      unlinkSync(path);
      total -= stat.size;
    } catch {
      // In use on systems that lock mapped files: the next one goes instead.
    }
  }
}
