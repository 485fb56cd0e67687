import type { Tensor } from '@graft/core/tensor';

/** What became of one golden case. */
export interface CaseResult {
  readonly id: string;
  /** `waiting`: a part of the product that this case needs does not exist yet; `note` says which. */
  readonly status: 'passed' | 'failed' | 'waiting';
  /** Worst measured error as a share of its tolerance: 0 is exact, above 1 fails. */
  readonly share?: number;
  /** The worst measured absolute difference and where, or what differs: one line. */
  readonly note?: string;
}

/** A folder of golden cases. */
export interface Folder {
  /** Absolute path of the area's folder. */
  readonly path: string;
  /** Absolute path of the golden models: the case folder's own `models/`, else the repository's. */
  readonly models: string;
  /** Absolute path of the parts of the narrow SD2 and SDXL: the case folder's own `bases/`, else the repository's. */
  readonly bases: string;
  /** `index.json`, parsed. */
  readonly index: unknown;
  /** A float tensor by its reference `file.safetensors#name`, widened to float32. */
  tensor(reference: string): Promise<Tensor>;
  /** Bytes of a file of the area. */
  bytes(file: string): Promise<Uint8Array>;
}

/** One area of golden data: how its cases are run through the public API. */
export interface Area {
  readonly name: string;
  run(folder: Folder): AsyncIterable<CaseResult>;
}

/** |a − b| ≤ abs + rel·|b|. */
export interface Tolerance {
  readonly abs: number;
  readonly rel: number;
}

/** The worst difference between two lists of numbers, as an absolute value, a share of the tolerance, and a place. */
export interface Difference {
  readonly share: number;
  readonly abs: number;
  readonly at: number;
}

/** Compares element by element; a different length or a NaN on one side only is infinitely wrong. */
export function difference(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: Tolerance): Difference {
  if (actual.length !== expected.length)
    return { share: Infinity, abs: Infinity, at: Math.min(actual.length, expected.length) };
  let worst: Difference = { share: 0, abs: 0, at: 0 };
  for (let i = 0; i < expected.length; i++) {
    const a = actual[i]!;
    const b = expected[i]!;
    if (Object.is(a, b) || a === b) continue;
    const abs = Math.abs(a - b);
    const allowed = tolerance.abs + tolerance.rel * Math.abs(b);
    // An infinite tolerance, of an infinite expectation, allows nothing.
    const share = abs / allowed >= 0 && Number.isFinite(allowed) ? abs / allowed : Infinity;
    if (share > worst.share) worst = { share, abs, at: i };
  }
  return worst;
}

/** Collects the parts of one case and tells its result: the worst part decides. */
export function verdict(id: string): {
  /** A numeric part. */
  close(part: string, actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: Tolerance): void;
  /** An exact part: compared as JSON. */
  same(part: string, actual: unknown, expected: unknown): void;
  /** A part that failed for a reason in words. */
  fail(note: string): void;
  result(): CaseResult;
} {
  let share = 0;
  let note: string | undefined;
  const worse = (next: number, text: string): void => {
    if (next > share || (note === undefined && next > 0)) {
      share = Math.max(share, next);
      note = text;
    }
  };
  return {
    close(part, actual, expected, tolerance) {
      const worst = difference(actual, expected, tolerance);
      const lengths =
        actual.length === expected.length ? '' : ` (${actual.length} values, expected ${expected.length})`;
      worse(worst.share, `${part}: off by ${worst.abs.toPrecision(3)} at ${worst.at}${lengths}`);
    },
    same(part, actual, expected) {
      const a = JSON.stringify(actual);
      const b = JSON.stringify(expected);
      if (a !== b) worse(Infinity, `${part}: got ${shorten(a)}, expected ${shorten(b)}`);
    },
    fail: (text) => worse(Infinity, text),
    result: () => ({ id, status: share <= 1 ? 'passed' : 'failed', share, ...(note === undefined ? {} : { note }) }),
  };
}

function shorten(text: string | undefined): string {
  return text === undefined ? 'nothing' : text.length > 160 ? `${text.slice(0, 157)}…` : text;
}
