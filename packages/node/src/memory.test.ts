import { totalmem } from 'node:os';
import { describe, expect, test } from 'vitest';
import { availableMemory } from './memory.ts';

const told = (files: Readonly<Record<string, string>>): number => availableMemory({ read: (path) => files[path] });
const MEMINFO = 'MemTotal:       16000 kB\nMemFree:          100 kB\nMemAvailable:    8000 kB\n';

describe('availableMemory', () => {
  test('is what the system tells', () => {
    expect(told({ '/proc/meminfo': MEMINFO })).toBe(8000 * 1024);
    expect(told({ '/proc/meminfo': MEMINFO, '/proc/self/cgroup': '0::/\n' })).toBe(8000 * 1024);
  });

  test('is less in a container, whose files can leave memory', () => {
    const files = {
      '/proc/meminfo': MEMINFO,
      '/proc/self/cgroup': '0::/one/two\n',
      '/sys/fs/cgroup/one/memory.max': '5000000\n',
      '/sys/fs/cgroup/one/memory.current': '3000000\n',
      '/sys/fs/cgroup/one/memory.stat': 'anon 1\nactive_file 400000\ninactive_file 600000\n',
      '/sys/fs/cgroup/one/two/memory.max': 'max\n',
      '/sys/fs/cgroup/one/two/memory.current': '1\n',
    };
    expect(told(files)).toBe(3000000);
    expect(told({ ...files, '/sys/fs/cgroup/one/memory.current': '9000000\n' })).toBe(0);
  });

  test('is less in a container of the old kind', () => {
    expect(
      told({
        '/proc/meminfo': MEMINFO,
        '/proc/self/cgroup': '11:cpu,cpuacct:/x\n4:memory:/x\n',
        '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
        '/sys/fs/cgroup/memory/memory.usage_in_bytes': '100\n',
        '/sys/fs/cgroup/memory/x/memory.limit_in_bytes': '2000\n',
        '/sys/fs/cgroup/memory/x/memory.usage_in_bytes': '1500\n',
        '/sys/fs/cgroup/memory/x/memory.stat': 'total_active_file 100\ntotal_inactive_file 50\n',
      }),
    ).toBe(650);
  });

  test('elsewhere is at least half', () => {
    expect(told({})).toBeGreaterThanOrEqual(totalmem() / 2);
  });

  test('of this machine is a number of bytes', () => {
    expect(availableMemory()).toBeGreaterThan(0);
    expect(availableMemory()).toBeLessThanOrEqual(totalmem());
  });
});
