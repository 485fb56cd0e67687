import { picture, type Picture } from './picture.ts';

/** Red, green and blue, 0…255. */
export type Color = readonly [red: number, green: number, blue: number];

/** Columns of pixels from one character to the next, rows from one line to the next, before scaling. */
const ADVANCE = 6;
const LINE = 11;
/** Pixels of a letter: the last two rows hold what hangs below the line. */
const COLUMNS = 5;

/**
 * The printable ASCII characters from the space on. A letter is its rows from the top, a digit in base 32 each: five pixels, the
 * left one counting 16. Rows that are missing are empty.
 */
const FONT = (
  ' |4444404|aaa|aavavaa|4fke5u4|op248j3|cik8lid|444|2488842|8422248|04lel4|044v44|00000c48|000v|00000cc|01248g|' +
  'ehjlphe|4c4444e|eh1248v|v2421he|26aiv22|vgu11he|68guhhe|v124888|ehhehhe|ehhf12c|0cc0cc|0cc0c48|248g842|00v0v|8421248|eh12404|' +
  'eh1dlle|ehhhvhh|uhhuhhu|ehggghe|sihhhis|vgguggv|vgguggg|ehgnhhf|hhhvhhh|e44444e|72222ic|hikokih|ggggggv|hrllhhh|hhpljhh|ehhhhhe|' +
  'uhhuggg|ehhhlid|uhhukih|fgge11u|v444444|hhhhhhe|hhhhha4|hhhllla|hha4ahh|hhha444|v1248gv|e88888e|0g8421|e22222e|4ah|0000000v|' +
  '842|00e1fhf|ggmphhu|00egghe|11djhhf|00ehvge|698s888|00fhhhf1e|ggmphhh|40c444e|2062222ic|ggikoki|c44444e|00qllhh|00mphhh|00ehhhe|' +
  '00uhhhugg|00fhhhf11|00mpggg|00ege1u|88s8896|00hhhjd|00hhha4|00hhlla|00ha4ah|00hhhhf1e|00v248v|2448442|4444444|8442448|008l2'
)
  .split('|')
  .map((rows) => Array.from(rows, (row) => parseInt(row, 32) || 0));

const FIRST = 0x20;

/** The text in characters that can be drawn: printable ASCII and line breaks as they are, all others as `\u{…}`. */
export function drawable(text: string): string {
  return Array.from(text, (character) => {
    const code = character.codePointAt(0)!;
    return character === '\n' || FONT[code - FIRST] ? character : `\\u{${code.toString(16)}}`;
  }).join('');
}

/** Breaks a text into lines of at most `columns` characters: between words where it can be. → At least one line. */
export function wrapText(text: string, columns: number): string[] {
  const most = Math.max(1, Math.floor(columns));
  const lines: string[] = [];
  for (const paragraph of drawable(text).split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      let rest = line === '' ? word : `${line} ${word}`;
      if (rest.length > most && line !== '') {
        lines.push(line);
        rest = word;
      }
      for (; rest.length > most; rest = rest.slice(most)) lines.push(rest.slice(0, most));
      line = rest;
    }
    lines.push(line);
  }
  return lines;
}

/** Characters that fit side by side in `width` pixels. */
export function textColumns(width: number, scale: number): number {
  return Math.floor(width / (ADVANCE * scale));
}

/** Pixels that lines need. */
export function textSize(lines: readonly string[], scale: number): { readonly width: number; readonly height: number } {
  const longest = Math.max(1, ...lines.map((line) => line.length));
  return { width: longest * ADVANCE * scale, height: Math.max(1, lines.length) * LINE * scale };
}

export interface TextOptions {
  /** Pixels of the picture for one of a letter: a whole number of at least 1. */
  readonly scale?: number;
  /** Black, if absent. */
  readonly color?: Color;
  /** White, if absent. */
  readonly background?: Color;
}

/**
 * Lines of text as a picture, each in the middle. `lines` as `wrapText` gives them: in what `drawable` cannot draw are gaps. → RGB, as large as
 * `textSize` says. The letters are drawn by ourselves, so that no font need be there.
 */
export function drawText(
  lines: readonly string[],
  { scale = 1, color = [0, 0, 0], background = [255, 255, 255] }: TextOptions = {},
): Picture {
  const { width, height } = textSize(lines, scale);
  const out = picture({ width, height, channels: 3 });
  for (let i = 0; i < out.data.length; i++) out.data[i] = background[i % 3]!;
  for (const [row, line] of lines.entries()) {
    const left = Math.floor((width / scale - line.length * ADVANCE + ADVANCE - COLUMNS) / 2);
    for (let i = 0; i < line.length; i++) {
      const x = left + i * ADVANCE;
      drawLetter(out, { code: line.charCodeAt(i), x, y: row * LINE + 1, scale, color });
    }
  }
  return out;
}

interface Letter {
  readonly code: number;
  /** Top left corner, before scaling. */
  readonly x: number;
  readonly y: number;
  readonly scale: number;
  readonly color: Color;
}

function drawLetter({ width, data }: Picture, { code, x, y, scale, color }: Letter): void {
  for (const [row, bits] of (FONT[code - FIRST] ?? []).entries()) {
    for (let column = 0; column < COLUMNS; column++) {
      if (((bits >> (COLUMNS - 1 - column)) & 1) === 0) continue;
      for (let dy = 0; dy < scale; dy++) {
        const from = (((y + row) * scale + dy) * width + (x + column) * scale) * 3;
        for (let i = 0; i < 3 * scale; i++) data[from + i] = color[i % 3]!;
      }
    }
  }
}
