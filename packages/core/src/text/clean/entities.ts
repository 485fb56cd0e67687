import { decodeHTML, decodeHTMLStrict } from 'entities/decode';
import { windowsCharacter } from './code-pages.ts';

const REPLACEMENT = '\ufffd';

/**
 * Decodes HTML entities as Python's `html.unescape` does: numbers, names with or without a semicolon, and the longest
 * name that begins a word ("&notit;" → "¬it;"). Numbers of control characters give nothing, those from 128 to 159 their
 * Windows-1252 characters.
 */
export function unescapeHtml(text: string): string {
  return text.replace(/&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)/g, (entity) =>
    entity[1] === '#' ? decodeNumber(entity) : decodeHTML(entity),
  );
}

/**
 * Decodes only entities that end with a semicolon, and besides the known names small ones written in capitals
 * ("&EACUTE;" → "É"), as ftfy 6.3 does.
 */
export function unescapeClear(text: string): string {
  return text.replace(/&#?[0-9A-Za-z]{1,24};/g, (entity) => {
    if (entity[1] === '#') {
      // A number that ends before other letters, and one of a semicolon itself, stay.
      const decoded = unescapeHtml(entity);
      return decoded.includes(';') ? entity : decoded;
    }
    const decoded = decodeHTMLStrict(entity);
    if (decoded !== entity) return decoded;
    const small = entity.toLowerCase();
    if (entity !== small.toUpperCase() || decodeHTML(entity) !== entity) return entity;
    const character = decodeHTMLStrict(small);
    return character === small ? entity : character.toUpperCase();
  });
}

/** Entities of `&` that stand inside each other, as "&amp;amp;lt;": one is enough to lead to the same text. */
export function joinAmpersands(text: string): string {
  return text.replace(/&((?:amp|AMP|#0{0,20}38|#[xX]0{0,20}26);)(?:(?:amp|AMP|#0{0,20}38|#[xX]0{0,20}26);)+/g, '&$1');
}

function decodeNumber(entity: string): string {
  const digits = entity.slice(2).replace(';', '');
  const code = /^[xX]/.test(digits) ? parseInt(digits.slice(1), 16) : parseInt(digits, 10);
  if (code === 0 || (code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) return REPLACEMENT;
  if (code >= 0x80 && code <= 0x9f) return windowsCharacter(code);
  if (code === 0x0d) return '\r';
  const noCharacter =
    (code < 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0c) ||
    code === 0x7f ||
    (code >= 0xfdd0 && code <= 0xfdef) ||
    (code & 0xfffe) === 0xfffe;
  return noCharacter ? '' : String.fromCodePoint(code);
}
