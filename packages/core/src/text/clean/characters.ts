/** Single characters that stand for others: what ftfy 6.3 replaces or removes besides misread text. */

/** Joined Latin letters and what they join. U+0149 gives a modifier apostrophe, which the quotes then straighten. */
const LIGATURES: ReadonlyMap<string, string> = new Map([
  ['\u0132', 'IJ'],
  ['\u0133', 'ij'],
  ['\u0149', '\u02bcn'],
  ['\u01c4', 'D\u017d'],
  ['\u01c5', 'D\u017e'],
  ['\u01c6', 'd\u017e'],
  ['\u01c7', 'LJ'],
  ['\u01c8', 'Lj'],
  ['\u01c9', 'lj'],
  ['\u01ca', 'NJ'],
  ['\u01cb', 'Nj'],
  ['\u01cc', 'nj'],
  ['\u01f1', 'DZ'],
  ['\u01f2', 'Dz'],
  ['\u01f3', 'dz'],
  ['\ufb00', 'ff'],
  ['\ufb01', 'fi'],
  ['\ufb02', 'fl'],
  ['\ufb03', 'ffi'],
  ['\ufb04', 'ffl'],
  ['\ufb05', '\u017ft'],
  ['\ufb06', 'st'],
]);

/** Takes apart ligatures and digraphs of Latin letters. */
export function splitLigatures(text: string): string {
  return text.replace(/[\u0132\u0133\u0149\u01c4-\u01cc\u01f1-\u01f3\ufb00-\ufb06]/g, (char) => LIGATURES.get(char)!);
}

/** Fullwidth Latin and halfwidth Katakana and Hangul at their usual width; the ideographic space becomes a space. */
export function fixWidth(text: string): string {
  return text.replace(/[\u3000\uff01-\uffef]/g, (char) => (char === '\u3000' ? ' ' : char.normalize('NFKC')));
}

/** Straight quotation marks for curly ones. */
export function straightenQuotes(text: string): string {
  return text.replace(/[\u201c-\u201f]/g, '"').replace(/[\u02bc\u2018-\u201b]/g, "'");
}

/** Every kind of line break as a line feed. */
export function fixLineBreaks(text: string): string {
  return text.replace(/\r\n?|[\u2028\u2029\u0085]/g, '\n');
}

/** U+FFFD for half a surrogate pair. */
export function fixSurrogates(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}

/** Takes out control sequences of terminals, such as colours: ESC, `[`, numbers, a letter. */
export function removeEscapes(text: string): string {
  const [first = '', ...rest] = text.split(ESCAPE);
  return first + rest.map((part) => (SEQUENCE.test(part) ? part.replace(SEQUENCE, '') : ESCAPE + part)).join('');
}

const ESCAPE = '\u001b[';
const SEQUENCE = /^[\p{Nd};]*[a-zA-Z]/u;

/**
 * Takes out characters that show nothing: ASCII controls but tab and breaks, deprecated marks, annotations, the byte
 * order mark. C1 controls stay, for they tell what was misread.
 */
export function removeControls(text: string): string {
  return text.replace(/[\p{Cc}\u206a-\u206f\ufeff\ufff9-\ufffc]/gu, (char) =>
    '\t\n\f\r'.includes(char) || (char >= '\u0080' && char <= '\u009f') ? char : '',
  );
}
