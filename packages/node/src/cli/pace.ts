/** How fast something goes on. */
export interface Pace {
  /** ms of one step, of late; undefined until two were seen. */
  readonly perStep: number | undefined;
}

/** Steps that the mean is taken over. */
const WINDOW = 10;

/** Keeps the time of the last steps. `add` is told when each step is done, in ms. */
export function createPace(): Pace & { add(now: number): void; restart(): void } {
  let times: number[] = [];
  return {
    get perStep() {
      return times.length < 2 ? undefined : (times.at(-1)! - times[0]!) / (times.length - 1);
    },
    add(now) {
      times.push(now);
      if (times.length > WINDOW + 1) times.shift();
    },
    restart() {
      times = [];
    },
  };
}

/** "0.08 s", "12 s", "3 min 20 s", "2 h 5 min". */
export function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(seconds < 1 ? 2 : 1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
