import {
  fixLineBreaks,
  fixSurrogates,
  fixWidth,
  removeControls,
  removeEscapes,
  splitLigatures,
  straightenQuotes,
} from './characters.ts';
import { joinAmpersands, unescapeClear } from './entities.ts';
import { fixControls, fixMisread } from './misread.ts';
import { composeNfc } from './nfc.ts';

const STEPS: readonly ((text: string) => string)[] = [
  fixMisread,
  fixControls,
  splitLigatures,
  fixWidth,
  straightenQuotes,
  fixLineBreaks,
  fixSurrogates,
  removeEscapes,
  removeControls,
  composeNfc,
];

/**
 * Repairs text line by line as ftfy 6.3's `fix_text` does by default: entities (until a line has a literal `<`),
 * misread UTF-8, ligatures, width, curly quotes, line breaks, surrogates, controls, NFC. Every CLIP tokenizer does this
 * first.
 */
export function fixText(text: string): string {
  let entities = true;
  return text
    .split(/(?<=\n)/)
    .map((line) => {
      entities &&= !line.includes('<');
      return fixLine(line, entities);
    })
    .join('');
}

function fixLine(line: string, entities: boolean): string {
  if (!needsFixing(line)) return line;
  let text = entities ? joinAmpersands(line) : line;
  for (let before = text; ; before = text) {
    if (entities) text = unescapeClear(text);
    for (const step of STEPS) text = step(text);
    if (text === before) return text;
  }
}

/** Plain ASCII without entities, carriage returns and controls is what every step leaves alone. */
function needsFixing(line: string): boolean {
  return /[^\t\n\f\x20-\x25\x27-\x7e]/.test(line);
}
