import { describe, expect, test } from 'vitest';
import { encodeUtf8 } from '../../bytes/index.ts';
import { CODE_PAGES, LOST, encodeIn } from './code-pages.ts';
import { fixMisread } from './misread.ts';

/** UTF-8 read in a code page. */
function misread(text: string, name: string): string {
  const page = CODE_PAGES.find((candidate) => candidate.name === name)!;
  const characters = new Map([...page.bytes].map(([unit, byte]) => [byte, String.fromCharCode(unit)]));
  return Array.from(encodeUtf8(text), (byte) => characters.get(byte) ?? String.fromCharCode(byte)).join('');
}

describe('misread', () => {
  test('undoes a misreading in every encoding', () => {
    for (const { name } of CODE_PAGES) expect(fixMisread(misread('“naïve”', name)), name).toBe('“naïve”');
  });

  test('undoes it twice over, and beside other text', () => {
    expect(fixMisread(misread(misread('só', 'latin-1'), 'windows-1252'))).toBe('só');
    expect(fixMisread(`日本 ${misread('“quoted”', 'windows-1252')}`)).toBe('日本 “quoted”');
  });

  test('puts back a no-break space that became a space, and marks lost bytes', () => {
    expect(fixMisread('voilÃ le travail')).toBe('voilà le travail');
    expect(fixMisread('â€œ like this â€\ufffd')).toBe('“ like this \ufffd');
  });

  test('reads surrogates encoded one by one', () => {
    expect(fixMisread('\u00ed\u00a0\u00bd\u00ed\u00b8\u0080')).toBe('😀');
  });

  test('encodes only what a page has', () => {
    const [latin, windows] = CODE_PAGES;
    expect(encodeIn(latin!, 'é€')).toBeUndefined();
    expect(encodeIn(windows!, 'é€\ufffd')).toBe(`\xe9\x80${LOST}`);
    expect(encodeIn(windows!, '\x1a')).toBeUndefined();
  });
});
