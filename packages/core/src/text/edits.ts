import { isSpace, skipSpaces, skipSpacesBack } from './characters.ts';

/** `[from:to:when]` or `[to:when]`: the text changes after step `when`. Positions are UTF-16 indexes. */
export interface Edit {
  readonly kind: 'edit';
  /** Of the brackets. */
  readonly open: number;
  readonly close: number;
  /** Start and end of the text before and after the change; an absent one is empty. */
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  /** The number as written. */
  readonly when: string;
}

/** `[a|b|c]`: another option each step. */
export interface Alternation {
  readonly kind: 'alternation';
  readonly open: number;
  readonly close: number;
  readonly options: readonly (readonly [number, number])[];
}

/** A bracket that is still open while the text is read. */
interface Frame {
  readonly open: number;
  readonly square: boolean;
  /** Positions of `:` and `|` directly inside. */
  colons: number[];
  pipes: number[];
  /** Something inside is not well formed, so this is no bracket of the grammar either. */
  broken: boolean;
}

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/**
 * Finds the prompt-editing brackets of a text, sorted by `open`. The grammar (A1111 `modules/prompt_parser.py`):
 *
 *     start       = { prompt | a bracket or colon that belongs to nothing }
 *     prompt      = { emphasized | edit | alternation | plain }
 *     emphasized  = "(" prompt ")" | "(" prompt ":" prompt ")" | "[" prompt "]"
 *     edit        = "[" [ prompt ":" ] prompt ":" NUMBER "]"
 *     alternation = "[" prompt { "|" prompt }+ "]"
 *     plain       = any character but \ [ ] ( ) : |, or \ and any character but a line feed
 *
 * Stray brackets are allowed only at the outermost level, so a bracket of the grammar holds nothing but whole ones and
 * its partner is the one that balances it: one pass with a stack finds every structured reading, where the grammar
 * alone would leave open whether to take it. undefined: the text is not of the grammar (a stray `|`, a trailing `\`)
 * and is to be taken literally, all of it.
 */
export function parseEdits(text: string): (Edit | Alternation)[] | undefined {
  const found: (Edit | Alternation)[] = [];
  const open: Frame[] = [];
  for (let at = 0; at < text.length; at++) {
    switch (text.charAt(at)) {
      case '\\': {
        const next = text.codePointAt(at + 1);
        if (next === undefined || next === 0x0a) return undefined;
        at += next > 0xffff ? 2 : 1;
        break;
      }
      case '(':
      case '[':
        open.push({ open: at, square: text[at] === '[', colons: [], pipes: [], broken: false });
        break;
      case ':':
        open.at(-1)?.colons.push(at);
        break;
      case '|':
        if (open.length === 0) return undefined;
        open.at(-1)!.pipes.push(at);
        break;
      case ')':
      case ']': {
        const frame = open.pop();
        if (frame === undefined) break;
        if (frame.square !== (text[at] === ']')) {
          // Whatever is open would have to hold this stray bracket.
          if (frame.pipes.length > 0 || open.some((outer) => outer.pipes.length > 0)) return undefined;
          open.length = 0;
          break;
        }
        const node = classify(text, frame, at);
        if (node === 'stray') {
          if (frame.pipes.length > 0) return undefined;
          const outer = open.at(-1);
          if (outer !== undefined) outer.broken = true;
        } else if (node !== 'emphasized') {
          found.push(node);
        }
        break;
      }
    }
  }
  if (open.some((frame) => frame.pipes.length > 0)) return undefined;
  return found.sort((a, b) => a.open - b.open);
}

function classify(text: string, frame: Frame, close: number): Edit | Alternation | 'emphasized' | 'stray' {
  const { open, square, colons, pipes, broken } = frame;
  if (broken) return 'stray';
  if (!square) return pipes.length === 0 && colons.length <= 1 ? 'emphasized' : 'stray';
  if (pipes.length > 0) {
    if (colons.length > 0) return 'stray';
    const ends = [...pipes, close];
    return { kind: 'alternation', open, close, options: ends.map((end, i) => [(ends[i - 1] ?? open) + 1, end]) };
  }
  if (colons.length === 0) return 'emphasized';
  if (colons.length > 2) return 'stray';
  const last = colons.at(-1)!;
  const start = skipSpaces(text, last + 1);
  if (start >= close || isSpace(text.charCodeAt(start))) return 'stray';
  const when = text.slice(start, skipSpacesBack(text, close, start));
  if (!NUMBER.test(when)) return 'stray';
  const [first] = colons;
  return {
    kind: 'edit',
    open,
    close,
    from: colons.length === 2 ? [open + 1, first!] : [open + 1, open + 1],
    to: colons.length === 2 ? [first! + 1, last] : [open + 1, last],
    when,
  };
}
