import { mkdirSync, readdirSync, statSync, unlinkSync, utimesSync, type Stats } from 'node:fs';
import { homedir, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { RequestError, SdError } from '@graft/core/errors';

/** Prepared weights kept on disk, in bytes, unless GRAFT_CACHE_GB says otherwise: room for two SDXL models or seven of SD1. */
const DEFAULT_LIMIT = 32 * 2 ** 30;

/** How the names of files end while they are being written. */
export const PART = '.part';

/** What helps where a disk has no room for prepared weights. */
export const SPACE_HINT =
  'Free some space, point GRAFT_CACHE at another folder, or use --low-memory, which needs none.';

/** What helps where prepared weights cannot be kept because of an error of the system. */
export function cacheHint(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT') return SPACE_HINT;
  if (code === 'EACCES' || code === 'EPERM')
    return 'Check the permissions of the folder, point GRAFT_CACHE at another one, or use --low-memory, which needs none.';
  return 'Point GRAFT_CACHE at another folder, or use --low-memory, which needs none.';
}

/** Folder for all that can be made again: GRAFT_CACHE, else the system's place for caches. */
export function cacheRoot(): string {
  return variable('GRAFT_CACHE') ?? systemCache();
}

/** A variable of the environment; undefined where it is empty, which says as little as if it were not there. */
function variable(name: string): string | undefined {
  const value = process.env[name];
  return value === undefined || value.trim() === '' ? undefined : value;
}

/** Folder for prepared weights, below `wanted` or the root of caches. Made if absent. Throws SdError `file`. */
export function cacheFolder(wanted: string = cacheRoot()): string {
  const folder = join(wanted, 'weights');
  try {
    makeFolder(folder);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new SdError('file', `the cache folder cannot be made: ${why}`, {
      at: folder,
      hint: cacheHint(error),
      cause: error,
    });
  }
  return folder;
}

/**
 * Makes a folder and those that it lies in. Node's own way to do so never ends below folders in which none can be made, such as /proc.
 * Throws the system's errors.
 */
export function makeFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return;
  if (dirname(path) !== path) makeFolder(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process may have been faster.
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
  }
}

function systemCache(): string {
  if (platform() === 'darwin') return join(homedir(), 'Library', 'Caches', 'graft');
  if (platform() === 'win32') return join(variable('LOCALAPPDATA') ?? homedir(), 'graft');
  return join(variable('XDG_CACHE_HOME') ?? join(homedir(), '.cache'), 'graft');
}

/** Marks a file as just used, so that it goes last; on a disk that is only read, nothing ever goes. */
export function touch(path: string): void {
  const now = new Date();
  try {
    utimesSync(path, now, now);
  } catch {
    // The file itself can be used all the same.
  }
}

/** After so many ms a file that is still being written has been given up by a crash. */
const STALE = 24 * 60 * 60 * 1000;

/** For so many ms a file that was used belongs to a model that is being loaded: SDXL with an adapter alone may be more than the limit. */
const RECENT = 5 * 60 * 1000;

/**
 * Deletes what was used longest ago until `room` more bytes fit under `limit`, but nothing that is being written or was used a moment ago;
 * and whatever the limit what a crash has left. Throws the system's errors.
 */
export function makeRoom(folder: string, room: number, limit: number): void {
  const files = readdirSync(folder)
    .map((name) => ({ path: join(folder, name), stat: statSync(join(folder, name), { throwIfNoEntry: false }) }))
    .filter((file): file is { path: string; stat: Stats } => file.stat?.isFile() === true)
    .sort((a, b) => a.stat.mtimeMs - b.stat.mtimeMs);
  let total = files.reduce((sum, file) => sum + file.stat.size, room);
  for (const { path, stat } of files) {
    const isPart = path.endsWith(PART);
    if ((total <= limit && !isPart) || Date.now() - stat.mtimeMs < (isPart ? STALE : RECENT)) continue;
    try {
      unlinkSync(path);
      total -= stat.size;
    } catch {
      // In use on systems that lock mapped files: the next one goes instead.
    }
  }
}

/**
 * Bytes that the cache may hold: GRAFT_CACHE_GB, where 0 keeps nothing for longer than it is needed, else `DEFAULT_LIMIT`.
 * Throws RequestError for what is no number from 0.
 */
export function cacheLimit(): number {
  const text = variable('GRAFT_CACHE_GB');
  const gigabytes = Number(text);
  if (text === undefined) return DEFAULT_LIMIT;
  if (Number.isFinite(gigabytes) && gigabytes >= 0) return gigabytes * 2 ** 30;
  throw new RequestError('GRAFT_CACHE_GB', `"${text}" is no size in gigabytes`, {
    hint: 'Set it to a number such as 32, or to 0 to keep nothing for longer than it is needed.',
  });
}
