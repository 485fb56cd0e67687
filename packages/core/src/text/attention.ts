import { FormatError } from '../errors/index.ts';
import { findWord, isDigitAt, parseFloatText, skipSpaces, skipSpacesBack } from './characters.ts';

/** Most weightings of pieces in one prompt: each bracket weights every piece inside it. */
export const MAX_WEIGHTINGS = 20_000_000;

/** A run of text with one weight. The piece `BREAK` of weight −1 ends a chunk. */
export interface Piece {
  readonly text: string;
  readonly weight: number;
}

const ROUND = 1.1;
const SQUARE = 1 / 1.1;
const BREAK = 'BREAK';

/**
 * Splits a prompt into pieces by `(more)`, `[less]`, `(text:weight)`, `\` before a literal bracket, and `BREAK`. Never
 * empty. Throws FormatError for a weight such as 1.2.3, a weight that is not finite, and brackets nested beyond
 * MAX_WEIGHTINGS.
 *
 * Weights multiply in the order in which brackets close, which decides the last bit; brackets left open close at the
 * end, outermost first, round before square. A1111 `modules/prompt_parser.py` parse_prompt_attention.
 */
export function parseAttention(text: string): Piece[] {
  const texts: string[] = [];
  const weights: number[] = [];
  const round: number[] = [];
  const square: number[] = [];
  let weightings = 0;
  const add = (piece: string, weight = 1): void => {
    texts.push(piece);
    weights.push(weight);
  };
  const multiply = (from: number, by: number): void => {
    weightings += weights.length - from;
    if (weightings > MAX_WEIGHTINGS)
      throw new FormatError('too-large', 'prompt', 'too many brackets inside brackets', {
        hint: 'Nest fewer brackets.',
      });
    for (let i = from; i < weights.length; i++) weights[i]! *= by;
  };
  for (let at = 0; at < text.length;) {
    const char = text[at]!;
    if (char === '\\') {
      const escaped = text[at + 1] ?? '';
      const literal = '()[]\\'.includes(escaped) ? escaped : '';
      add(literal);
      at += 1 + literal.length;
    } else if (char === '(' || char === '[') {
      (char === '(' ? round : square).push(weights.length);
      at++;
    } else {
      const end = tokenEnd(text, at);
      const token = text.slice(at, end);
      at = end;
      if (char === ':' && token.length > 1 && round.length > 0) multiply(round.pop()!, weightOf(token));
      else if (char === ')' && round.length > 0) multiply(round.pop()!, ROUND);
      else if (char === ']' && square.length > 0) multiply(square.pop()!, SQUARE);
      else addWithBreaks(token, add);
    }
  }
  for (const from of round) multiply(from, ROUND);
  for (const from of square) multiply(from, SQUARE);
  return texts.length === 0 ? [{ text: '', weight: 1 }] : merge(texts, weights);
}

/**
 * The end of the token at `at`, which is no opening bracket and no backslash: `:number)`, one of `)`, `]`, `:`, or
 * plain text.
 */
function tokenEnd(text: string, at: number): number {
  const char = text[at]!;
  if (char === ':') return weightEnd(text, at) ?? at + 1;
  if (char === ')' || char === ']') return at + 1;
  let end = at;
  while (end < text.length && !'\\()[]:'.includes(text[end]!)) end++;
  return end;
}

/** The end of `:number)` at `at`, spaces allowed around the number; undefined if this is another colon. */
function weightEnd(text: string, at: number): number | undefined {
  const start = skipSpaces(text, at + 1);
  const first = text[start] === '+' || text[start] === '-' ? start + 1 : start;
  let end = first;
  while (end < text.length && (text[end] === '.' || isDigitAt(text, end)))
    end += text.codePointAt(end)! > 0xffff ? 2 : 1;
  const close = skipSpaces(text, end);
  return end > first && text[close] === ')' ? close + 1 : undefined;
}

function weightOf(token: string): number {
  const start = skipSpaces(token, 1);
  const written = token.slice(start, skipSpacesBack(token, token.length - 1, start));
  const weight = parseFloatText(written);
  if (weight === undefined)
    throw new FormatError('bad-header', 'prompt', `"${written.slice(0, 40)}" is not a weight`, {
      hint: 'Write the weight as a number, as in (text:1.2).',
    });
  return weight;
}

/** Adds plain text, cut at each BREAK that stands alone, with the spaces around it. */
function addWithBreaks(text: string, add: (piece: string, weight?: number) => void): void {
  let from = 0;
  for (let at = findWord(text, BREAK, 0); at >= 0; at = findWord(text, BREAK, from)) {
    add(text.slice(from, skipSpacesBack(text, at, from)));
    add(BREAK, -1);
    from = skipSpaces(text, at + BREAK.length);
  }
  add(text.slice(from));
}

/** Joins neighbours of equal weight. */
function merge(texts: readonly string[], weights: readonly number[]): Piece[] {
  const pieces: Piece[] = [];
  for (let i = 0; i < texts.length;) {
    const weight = weights[i]!;
    if (!Number.isFinite(weight))
      throw new FormatError('out-of-range', 'prompt', 'a weight is too large to count with', {
        hint: 'Use a smaller weight, or fewer brackets.',
      });
    let end = i + 1;
    while (end < texts.length && weights[end] === weight) end++;
    pieces.push({ text: texts.slice(i, end).join(''), weight });
    i = end;
  }
  return pieces;
}
