import { FormatError } from '../errors/index.ts';
import { findWord, isDigitAt, parseFloatText, skipSpaces, skipSpacesBack } from './characters.ts';

/** One part of a prompt composed with AND. */
export interface AndPart {
  /** With the spaces before it, without those after it. */
  readonly text: string;
  readonly weight: number;
}

/** Several prompts whose parts share texts. */
export interface AndTexts {
  /** The different texts, in the order of their first use. */
  readonly texts: readonly string[];
  /** Per prompt its parts: index into `texts`, weight. */
  readonly prompts: readonly (readonly { readonly index: number; readonly weight: number }[])[];
}

/**
 * Splits a prompt at the word AND. A part may end with `:number`, its weight; that holds for a prompt without AND too,
 * so `a:1.2` is "a" of weight 1.2. Throws FormatError for a weight that is not finite. A1111 `modules/prompt_parser.py`
 * get_multicond_prompt_list.
 */
export function splitAnd(prompt: string): AndPart[] {
  const parts: AndPart[] = [];
  let from = 0;
  for (let at = findWord(prompt, 'AND', 0); at >= 0; at = findWord(prompt, 'AND', from)) {
    parts.push(weigh(prompt.slice(from, at)));
    from = at + 3;
  }
  parts.push(weigh(prompt.slice(from)));
  return parts;
}

/** Splits several prompts and lists each text once. */
export function composeAnd(prompts: readonly string[]): AndTexts {
  const indexes = new Map<string, number>();
  const split = prompts.map((prompt) =>
    splitAnd(prompt).map(({ text, weight }) => {
      const index = indexes.get(text) ?? indexes.size;
      indexes.set(text, index);
      return { index, weight };
    }),
  );
  return { texts: [...indexes.keys()], prompts: split };
}

function weigh(part: string): AndPart {
  const end = skipSpacesBack(part, part.length);
  const colon = part.lastIndexOf(':', end - 1);
  if (colon >= 0) {
    const number = part.slice(skipSpaces(part, colon + 1), end);
    const weight = isWeight(number) ? parseFloatText(number) : undefined;
    if (weight === Infinity || weight === -Infinity)
      throw new FormatError('out-of-range', 'prompt', 'a weight is too large to count with', {
        hint: 'Use a smaller weight after the colon.',
      });
    if (weight !== undefined) return { text: part.slice(0, skipSpacesBack(part, colon)), weight };
  }
  return { text: part.slice(0, end), weight: 1 };
}

/** A sign, digits and at most one point, as the weights of attention; cheap to refuse for long text. */
function isWeight(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (char !== '.' && !(at === 0 && (char === '+' || char === '-')) && !isDigitAt(text, at)) return false;
    if (text.codePointAt(at)! > 0xffff) at++;
  }
  return text.length > 0;
}
