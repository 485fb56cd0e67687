/** What a piece of work took. */
export interface Cost {
  /** Of processor time or of the clock, whichever is less: other programs may slow the clock, collectors add to the first. */
  readonly seconds: number;
  /** Most memory of the process above what it had before. */
  readonly mebibytes: number;
}

const MEBIBYTE = 2 ** 20;

/** Runs work and measures it. Peak memory is the operating system's own count, so nothing that was freed escapes. */
export async function measured<T>(
  work: () => Promise<T>,
): Promise<{ readonly result?: T; readonly error?: unknown; readonly cost: Cost }> {
  const peakBefore = process.resourceUsage().maxRSS * 1024;
  const memoryBefore = process.memoryUsage.rss();
  const cpuBefore = process.cpuUsage();
  const clockBefore = performance.now();
  const outcome = await work().then(
    (result) => ({ result }),
    (error: unknown) => ({ error }),
  );
  const clock = (performance.now() - clockBefore) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  const peak = process.resourceUsage().maxRSS * 1024;
  // A peak that was not passed says nothing about this work: then what is left of it counts.
  const memory = (peak > peakBefore ? peak : process.memoryUsage.rss()) - memoryBefore;
  return {
    ...outcome,
    cost: { seconds: Math.min(clock, (user + system) / 1e6), mebibytes: Math.max(0, memory) / MEBIBYTE },
  };
}
