import { readFileSync } from 'node:fs';
import { freemem, totalmem } from 'node:os';
import { join } from 'node:path';

/** Where the system tells of memory; elsewhere in tests. */
export interface MemoryFiles {
  read(path: string): string | undefined;
}

const FILES: MemoryFiles = {
  read(path) {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return undefined;
    }
  },
};

/**
 * Bytes that programs can still use: free memory and what the system would give up for it, within the limits that a container sets. Other
 * systems than Linux tell of less than that; there at least half of the memory is taken for usable.
 */
export function availableMemory(files: MemoryFiles = FILES): number {
  const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(files.read('/proc/meminfo') ?? '')?.[1];
  if (kilobytes === undefined) return Math.max(freemem(), totalmem() / 2);
  return Math.min(Number(kilobytes) * 1024, ...groupLimits(files));
}

/** What is left in each control group that this process is in. */
function groupLimits(files: MemoryFiles): number[] {
  const lines = (files.read('/proc/self/cgroup') ?? '').split('\n').map((line) => line.split(':'));
  const two = lines.find(([id]) => id === '0')?.[2];
  const one = lines.find(([, kinds]) => kinds?.split(',').includes('memory') === true)?.[2];
  return [
    ...(two === undefined ? [] : pathsUp(two).map((path) => left(files, join('/sys/fs/cgroup', path), TWO))),
    ...(one === undefined ? [] : pathsUp(one).map((path) => left(files, join('/sys/fs/cgroup/memory', path), ONE))),
  ].filter((bytes) => bytes !== undefined);
}

/** A group and those above it: each has a limit of its own. */
function pathsUp(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '');
  return Array.from({ length: parts.length + 1 }, (_, i) => `/${parts.slice(0, i).join('/')}`);
}

/** Names of a group's files, and of the numbers of what its files hold in memory, which the system gives up when it must. */
const TWO = { limit: 'memory.max', used: 'memory.current', files: ['active_file', 'inactive_file'] } as const;
const ONE = {
  limit: 'memory.limit_in_bytes',
  used: 'memory.usage_in_bytes',
  files: ['total_active_file', 'total_inactive_file'],
} as const;

function left(files: MemoryFiles, folder: string, names: typeof ONE | typeof TWO): number | undefined {
  const limit = Number(files.read(join(folder, names.limit)) ?? 'max');
  const used = Number(files.read(join(folder, names.used)) ?? 'none');
  // "max", or no such group here.
  if (!Number.isFinite(limit) || !Number.isFinite(used)) return undefined;
  const stat = files.read(join(folder, 'memory.stat')) ?? '';
  const cached = names.files.reduce(
    (sum, name) => sum + Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(stat)?.[1] ?? 0),
    0,
  );
  return Math.max(0, limit - used + cached);
}
