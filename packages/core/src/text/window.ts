/** The window that CLIP reads: 77 tokens, of which the first and the last are fixed. */

/** The token that begins and the one that ends a chunk; the comma as a word of its own. */
export const START = 49406;
export const END = 49407;
export const COMMA = 267;

/** Tokens of text in a window; with START and END. */
export const CHUNK = 75;
export const WINDOW: number = CHUNK + 2;

/** A list brought to the length of a window with `value` at its end. */
export function fillWindow(list: readonly number[], value: number): number[] {
  return Array.from({ length: WINDOW }, (_, i) => list[i] ?? value);
}
