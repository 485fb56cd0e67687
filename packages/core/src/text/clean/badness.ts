/**
 * Tells misread text by pairs of characters that hardly ever stand together on purpose, such as an accented small
 * letter before a currency sign. The classes and rules are those of ftfy 6.3 `badness.py`, found by Robyn Speer in
 * large collections of text.
 */

const COMMON = '\u00a0\u00ad·´–—―…’';
const C1 = '\u0080-\u009f';
const BAD = '¦¤¨¬¯¸ƒˆˇ˘˛˜†‡‰⌐◊\ufffdªº';
const LAW = '¶§';
const CURRENCY = '¢£¥₧€';
const START = '¡«¿©΄΅‘‚“„•‹\uf8ff';
const END = '®»˝”›™';
const NUMERIC = '²³¹±¼½¾×µ÷⁄∂∆∏∑√∞∩∫≈≠≡≤≥№';
/** Letters that faces are made of. */
const FACE = 'Ò-ÖÙ-Üò-öø-üŐŌŪŲ°';
const UPPER_ACCENTED = 'À-ÑØÜÝĂĀĄĆČĎĐĘĚĒĖĞĢİĪĶĹĽŁĻŃŇŅŒŘŚŞŠŢŤŮŰŸŹŻŽҐ';
const LOWER_ACCENTED = 'ßà-ñăąāćčďđęěēėğģįīķĺľłļœŕśşšťüźżžґ\ufb01\ufb02';
const UPPER = 'ÞΑ-ΩΆΈΉΊΌΎΏΪΫЁ-Я';
const LOWER = 'α-ωάέήίΰа-џ';
const BOX = '│┌┐┘├┤┬┼═-╬▀▄█▌▐░▒▓';

const WORD = '[\\p{L}\\p{N}_]';
const SPACE = '[\\t-\\r\\x1c- \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]';

/** Every alternative has a bounded length, so the search is linear. */
const RULES: readonly string[] = [
  `[${C1}]`,
  `[${BAD}${LOWER_ACCENTED}${UPPER_ACCENTED}${BOX}${START}${END}${CURRENCY}${NUMERIC}${LAW}][${BAD}]`,
  `[a-zA-Z][${LOWER}${UPPER}][${BAD}]`,
  `[${BAD}][${LOWER_ACCENTED}${UPPER_ACCENTED}${BOX}${START}${END}${CURRENCY}${NUMERIC}${LAW}]`,
  `[${LOWER_ACCENTED}${LOWER}${BOX}${END}${CURRENCY}${NUMERIC}][${UPPER_ACCENTED}]`,
  `[${BOX}${END}${CURRENCY}${NUMERIC}][${LOWER_ACCENTED}]`,
  `[${LOWER_ACCENTED}${BOX}${END}][${CURRENCY}]`,
  `${SPACE}[${UPPER_ACCENTED}][${CURRENCY}]`,
  `[${UPPER_ACCENTED}${BOX}][${NUMERIC}${LAW}]`,
  `[${LOWER_ACCENTED}${UPPER_ACCENTED}${BOX}${CURRENCY}${END}][${START}][${NUMERIC}]`,
  `[${LOWER_ACCENTED}${UPPER_ACCENTED}${CURRENCY}${NUMERIC}${BOX}${LAW}][${END}][${START}]`,
  `[${CURRENCY}${NUMERIC}${BOX}][${START}]`,
  `[a-z][${UPPER_ACCENTED}][${START}${CURRENCY}]`,
  `[${BOX}][${FACE}]`,
  `[${LOWER_ACCENTED}${UPPER_ACCENTED}${CURRENCY}${NUMERIC}${START}${END}${LAW}][${BOX}]`,
  `[${BOX}][${END}]`,
  `[${LOWER_ACCENTED}${UPPER_ACCENTED}][${START}${END}]${WORD}`,
  '[Œœ][^A-Za-z]',
  `[${UPPER_ACCENTED}]°`,
  // Windows-1252 for two bytes.
  `[ÂÃÎÐ][€œŠš¢£Ÿž\\xa0\\xad®©°·»${START}${END}–—´]`,
  '×[²³]',
  // Windows-1252 for Arabic, in which common characters too stand for bytes: two pairs are asked for.
  `[ØÙ][${COMMON}${CURRENCY}${BAD}${NUMERIC}${START}ŸŠ®°µ»][ØÙ][${COMMON}${CURRENCY}${BAD}${NUMERIC}${START}ŸŠ®°µ»]`,
  // Windows-1252 for scripts of South Asia.
  'à[²µ¹¼½¾]',
  // MacRoman.
  '√[±∂†≠®™´≤≥¥µø]',
  '≈[°¢]',
  '‚Ä[ìîïòôúùû†°¢π]',
  '‚[âó][àä°ê]',
  // Windows-1251 for U+2000 and up, for Latin-1 and Cyrillic, and twice over.
  'вЂ',
  `[ВГРС][${C1}${BAD}${START}${END}${CURRENCY}°µ][ВГРС]`,
  'ГўВЂВ.[A-Za-z ]',
  // Windows-1252 for à, á and the no-break space.
  'Ã[\\xa0¡]',
  `[a-z]${SPACE}?[ÃÂ] `,
  '^[ÃÂ] ',
  `[a-z.,?!${END}]Â[ ${START}${END}]`,
  // Windows-1253 for U+2000 and up, for Latin-1 and Greek.
  'β€[™\\xa0Ά\\xad®°]',
  `[ΒΓΞΟ][${C1}${BAD}${START}${END}${CURRENCY}°][ΒΓΞΟ]`,
  // Windows-1257 for U+2000 and up.
  'ā€',
];

const BADNESS = new RegExp(RULES.join('|'), 'u');

/** Whether some of the text looks misread. */
export function looksMisread(text: string): boolean {
  return BADNESS.test(text);
}
