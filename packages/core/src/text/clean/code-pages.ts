/**
 * The single-byte encodings that UTF-8 is most often misread in, in the order in which a repair tries them
 * (ftfy 6.3 `chardata.py`; the mappings are the Unicode Consortium's).
 */

/** One encoding. Bytes below 0x80 are ASCII. */
export interface CodePage {
  readonly name: string;
  /** A Windows code page: bytes that it leaves undefined are read as Latin-1. */
  readonly windows: boolean;
  /** The byte of a character that is not ASCII, by its UTF-16 unit. */
  readonly bytes: ReadonlyMap<number, number>;
}

/** Per page the characters of bytes 0x80 to 0xFF; undefined bytes of Windows pages filled from Latin-1. */
const UPPER_HALVES: readonly (readonly [string, string])[] = [
  ['latin-1', Array.from({ length: 128 }, (_, i) => String.fromCharCode(128 + i)).join('')],
  [
    'windows-1252',
    '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ\u00a0¡¢£¤¥¦§¨©ª«¬\u00ad®¯°±²³´µ¶·¸¹º»¼½¾¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ',
  ],
  [
    'windows-1251',
    'ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—\u0098™љ›њќћџ\u00a0ЎўЈ¤Ґ¦§Ё©Є«¬\u00ad®Ї°±Ііґµ¶·ё№є»јЅѕїАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмнопрстуфхцчшщъыьэюя',
  ],
  [
    'windows-1250',
    '€\u0081‚\u0083„…†‡\u0088‰Š‹ŚŤŽŹ\u0090‘’“”•–—\u0098™š›śťžź\u00a0ˇ˘Ł¤Ą¦§¨©Ş«¬\u00ad®Ż°±˛ł´µ¶·¸ąş»Ľ˝ľżŔÁÂĂÄĹĆÇČÉĘËĚÍÎĎĐŃŇÓÔŐÖ×ŘŮÚŰÜÝŢßŕáâăäĺćçčéęëěíîďđńňóôőö÷řůúűüýţ˙',
  ],
  [
    'windows-1253',
    '€\u0081‚ƒ„…†‡\u0088‰\u008a‹\u008c\u008d\u008e\u008f\u0090‘’“”•–—\u0098™\u009a›\u009c\u009d\u009e\u009f\u00a0΅Ά£¤¥¦§¨©ª«¬\u00ad®―°±²³΄µ¶·ΈΉΊ»Ό½ΎΏΐΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡÒΣΤΥΦΧΨΩΪΫάέήίΰαβγδεζηθικλμνξοπρςστυφχψωϊϋόύώÿ',
  ],
  [
    'windows-1254',
    '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008d\u008e\u008f\u0090‘’“”•–—˜™š›œ\u009d\u009eŸ\u00a0¡¢£¤¥¦§¨©ª«¬\u00ad®¯°±²³´µ¶·¸¹º»¼½¾¿ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏĞÑÒÓÔÕÖ×ØÙÚÛÜİŞßàáâãäåæçèéêëìíîïğñòóôõö÷øùúûüışÿ',
  ],
  [
    'windows-1257',
    '€\u0081‚\u0083„…†‡\u0088‰\u008a‹\u008c¨ˇ¸\u0090‘’“”•–—\u0098™\u009a›\u009c¯˛\u009f\u00a0¡¢£¤¥¦§Ø©Ŗ«¬\u00ad®Æ°±²³´µ¶·ø¹ŗ»¼½¾æĄĮĀĆÄÅĘĒČÉŹĖĢĶĪĻŠŃŅÓŌÕÖ×ŲŁŚŪÜŻŽßąįāćäåęēčéźėģķīļšńņóōõö÷ųłśūüżž˙',
  ],
  [
    'iso-8859-2',
    '\u0080\u0081\u0082\u0083\u0084\u0085\u0086\u0087\u0088\u0089\u008a\u008b\u008c\u008d\u008e\u008f\u0090\u0091\u0092\u0093\u0094\u0095\u0096\u0097\u0098\u0099\u009a\u009b\u009c\u009d\u009e\u009f\u00a0Ą˘Ł¤ĽŚ§¨ŠŞŤŹ\u00adŽŻ°ą˛ł´ľśˇ¸šşťź˝žżŔÁÂĂÄĹĆÇČÉĘËĚÍÎĎĐŃŇÓÔŐÖ×ŘŮÚŰÜÝŢßŕáâăäĺćçčéęëěíîďđńňóôőö÷řůúűüýţ˙',
  ],
  [
    'macroman',
    'ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø¿¡¬√ƒ≈∆«»…\u00a0ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄€‹›\ufb01\ufb02‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\uf8ffÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ',
  ],
  [
    'cp437',
    'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0',
  ],
];

export const CODE_PAGES: readonly CodePage[] = UPPER_HALVES.map(([name, upper]) => ({
  name,
  windows: name.startsWith('windows'),
  bytes: new Map(Array.from({ length: 128 }, (_, i) => [upper.charCodeAt(i), 128 + i])),
}));

/** The encodings akin to Latin-1, in which the bytes of UTF-8 sequences show as accented letters. */
export const LATIN_LIKE: readonly CodePage[] = CODE_PAGES.filter(({ name, windows }) => windows || name === 'latin-1');

/** What a C1 control character, 0x80 to 0x9F, was meant to be: the Windows-1252 character of its number. */
export function windowsCharacter(control: number): string {
  return UPPER_HALVES[1]![1][control - 0x80]!;
}

/** Stands in encoded text for a byte that was lost: it had become U+FFFD. */
export const LOST = '\u0100';

const REPLACEMENT = 0xfffd;
const SUBSTITUTE = 0x1a;

/**
 * The bytes of a text in a code page, as a string of units below 256, or LOST in Windows pages, on which patterns can
 * be matched; undefined if the page lacks one of the characters.
 */
export function encodeIn(page: CodePage, text: string): string | undefined {
  const units = new Uint16Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const byte = encodeUnit(page, text.charCodeAt(i));
    if (byte === undefined) return undefined;
    units[i] = byte;
  }
  const parts: string[] = [];
  for (let at = 0; at < units.length; at += 8192) parts.push(String.fromCharCode(...units.subarray(at, at + 8192)));
  return parts.join('');
}

function encodeUnit({ windows, bytes }: CodePage, unit: number): number | undefined {
  if (windows && unit === REPLACEMENT) return LOST.charCodeAt(0);
  // In the original the lost byte is SUBSTITUTE, which therefore cannot stand for itself.
  if (windows && unit === SUBSTITUTE) return undefined;
  return unit < 0x80 ? unit : bytes.get(unit);
}
