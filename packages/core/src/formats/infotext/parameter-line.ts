import { isBlank } from './python.ts';

const WORD = /[\p{L}\p{N}_]/u;
const KEY = /[\p{L}\p{N}_ \-/]/u;

/**
 * The "key: value" pairs of a line. A key is a letter, digit or underscore and at least one more of those, a space, `-` or
 * `/`, up to a colon; a value is a text in double quotes with backslash escapes, quotes included, when a comma or the end
 * follows it, else all up to a comma. Text between pairs is passed over.
 *
 * Equal to A1111's pattern `\s*(\w[\w \-/]+):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)` applied from left to right, in time that
 * grows with the length: a run of key letters is looked at once.
 */
export function* parameterPairs(line: string): Generator<readonly [key: string, value: string]> {
  const chars = Array.from(line);
  let at = 0;
  while (at < chars.length) {
    let start = -1;
    let end = at;
    // A key can begin anywhere in a run of key letters, and only the run's end can be its end.
    while (end < chars.length && KEY.test(chars[end]!)) {
      if (start < 0 && WORD.test(chars[end]!)) start = end;
      end++;
    }
    if (start < 0 || end - start < 2 || chars[end] !== ':') {
      at = end + 1;
      continue;
    }
    let from = end + 1;
    while (from < chars.length && isBlank(chars[from]!)) from++;
    const to = quotedEnd(chars, from) ?? commaFrom(chars, from);
    yield [chars.slice(start, end).join(''), chars.slice(from, to).join('')];
    at = to + 1;
  }
}

/** The end of a quoted value at `from` that a comma or the line's end follows. */
function quotedEnd(chars: readonly string[], from: number): number | undefined {
  if (chars[from] !== '"') return undefined;
  let at = from + 1;
  while (at < chars.length && chars[at] !== '"') at += chars[at] === '\\' ? 2 : 1;
  const end = at + 1;
  if (at >= chars.length || end === from + 2) return undefined;
  return end === chars.length || chars[end] === ',' ? end : undefined;
}

function commaFrom(chars: readonly string[], from: number): number {
  const at = chars.indexOf(',', from);
  return at < 0 ? chars.length : at;
}
