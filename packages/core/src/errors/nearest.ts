/** Names that are offered when one is unknown. */
const OFFERED = 3;

/**
 * The names most like a wanted one, best first: those that it begins or holds, then those a few letters away, without regard to
 * case, spaces and punctuation. Empty when none is like it.
 */
export function nearestNames(wanted: string, names: readonly string[]): readonly string[] {
  const plain = simplify(wanted);
  return names
    .map((name) => ({ name, distance: distance(plain, simplify(name)) }))
    .filter(({ distance: far }) => far <= 1)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, OFFERED)
    .map(({ name }) => name);
}

/** A hint that offers the nearest names, or all where there are few; undefined where there are none. */
export function nearestHint(wanted: string, names: readonly string[], most = 12): string | undefined {
  const near = nearestNames(wanted, names);
  if (near.length > 0) return `Did you mean ${list(near)}?`;
  if (names.length === 0) return undefined;
  return names.length <= most ? `There are: ${names.join(', ')}.` : undefined;
}

/** A name as those who type it from memory write it. */
function simplify(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}+]/gu, '');
}

function list(names: readonly string[]): string {
  return names.length === 1 ? names[0]! : `${names.slice(0, -1).join(', ')} or ${names.at(-1)!}`;
}

/** Longest name that is compared letter by letter. */
const COMPARED = 64;

/** 0: the same; up to 1: alike; Infinity: not alike. */
function distance(wanted: string, name: string): number {
  if (wanted === name) return 0;
  if (wanted.length === 0 || name.length === 0) return Infinity;
  // Those of about the same length first.
  if (wanted.length > 1 && name.startsWith(wanted)) return 0.1 + (name.length - wanted.length) / 10_000;
  if (wanted.length > 2 && name.includes(wanted)) return 0.2 + (name.length - wanted.length) / 10_000;
  if (name.length > 2 && wanted.includes(name)) return 0.3 + (wanted.length - name.length) / 10_000;
  const changes = edits(wanted.slice(0, COMPARED), name.slice(0, COMPARED));
  const length = Math.min(Math.max(wanted.length, name.length), COMPARED);
  return changes <= Math.max(1, length / 3) ? 0.4 + (0.6 * changes) / length : Infinity;
}

/** Letters to insert, delete, replace or swap with their neighbour (optimal string alignment). */
function edits(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, before[j - 2]! + 1);
      row.push(best);
    }
    [before, last] = [last, row];
  }
  return last[b.length]!;
}
