/** Whether a layer of that name is meant. */
export type NameMatcher = (name: string) => boolean;

/** A character, an escaped one or a class of them, as often as one likes; or a choice, a group or an anchor. */
const TOKEN = /(?:[\w.-]|\\[.dw]|\[\^?[\w-]+\])[*+?]?|[|()^$]/g;
/** Repeated characters in a pattern, and characters of a name: more could take for ever to match. */
const MOST_REPEATED = 2;
const LONGEST = 256;

/**
 * A pattern of PEFT's configuration: a regular expression for the end of a layer's name, whole steps of it (PEFT `get_pattern_key`). One of a
 * kind that nobody needs, such as with groups that are repeated, is taken for the end itself.
 */
export function peftPattern(pattern: string): NameMatcher {
  // Names that PEFT sees lack what stands before them in a file.
  const free = pattern.replace(/^\^/, '').replace(/\$$/, '');
  const end = free.replaceAll('\\', '');
  const expression = expressionOf(free);
  return (name) =>
    expression && name.length <= LONGEST ? expression.test(name) : name === end || name.endsWith(`.${end}`);
}

/** Undefined for a plain name, and for what is not tried. */
function expressionOf(pattern: string): RegExp | undefined {
  if (/^[\w.]*$/.test(pattern)) return undefined;
  const repeated = pattern.match(/[*+?]/g)?.length ?? 0;
  if (repeated > MOST_REPEATED || pattern.replaceAll(TOKEN, '') !== '') return undefined;
  try {
    return new RegExp(`^(?:.*\\.)?(?:${pattern})$`);
  } catch {
    return undefined;
  }
}
