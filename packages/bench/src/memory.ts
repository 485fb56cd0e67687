import { readdirSync, readFileSync } from 'node:fs';

/** Highest resident memory so far of this process and its children, MiB; undefined where the system does not tell. */
export function peakMemory(): number | undefined {
  try {
    return [process.pid, ...children(process.pid)].reduce((sum, pid) => sum + highWater(pid), 0);
  } catch {
    return undefined;
  }
}

function highWater(pid: number): number {
  const [, kilobytes = '0'] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1024;
}

function children(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number),
  );
}
