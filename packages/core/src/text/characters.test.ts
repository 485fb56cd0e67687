import { describe, expect, test } from 'vitest';
import { findWord, isSpace, parseFloatText, skipSpacesBack, strip } from './characters.ts';

describe('characters', () => {
  test('spaces are those of Python, not of JavaScript', () => {
    for (const unit of [0x09, 0x1c, 0x1f, 0x20, 0x85, 0xa0, 0x2028, 0x3000]) expect(isSpace(unit)).toBe(true);
    for (const unit of [0x08, 0x200b, 0xfeff, 0x180e, 0x61]) expect(isSpace(unit)).toBe(false);
    expect(strip('\x1c a\u3000b \x85')).toBe('a\u3000b');
    expect(strip(' \n ')).toBe('');
    expect(skipSpacesBack('a  ', 3, 2)).toBe(2);
  });

  test('a word stands alone between characters of no word, in any script', () => {
    expect(findWord('BAND AND', 'AND', 0)).toBe(5);
    expect(findWord('猫AND ANDé 𝒥AND _AND ANDY', 'AND', 0)).toBe(-1);
    expect(findWord('😀AND😀', 'AND', 0)).toBe(2);
    expect(findWord('AND AND', 'AND', 1)).toBe(4);
  });

  test('numbers are those of Python’s float, with digits of any script', () => {
    expect(parseFloatText('-.5')).toBe(-0.5);
    expect(parseFloatText('5.')).toBe(5);
    expect(parseFloatText('１.２')).toBe(1.2);
    expect(parseFloatText('٣')).toBe(3);
    expect(parseFloatText('𝟗')).toBe(9);
    for (const text of ['1.2.3', '.', '', '+', '1e3', 'nan']) expect(parseFloatText(text)).toBeUndefined();
  });
});
