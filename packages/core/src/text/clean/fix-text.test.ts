import { describe, expect, test } from 'vitest';
import { fixText } from './fix-text.ts';

describe('fixText', () => {
  test.each([
    ['don’t “do”', `don't "do"`],
    ['sÃ³', 'só'],
    ['â€œquotedâ€\u009d', '"quoted"'],
    ['ﬁne ŉ', "fine 'n"],
    ['ＡＢＣ　ｶﾅ', 'ABC カナ'],
    ['cafe\u0301', 'café'],
    ['a\r\nb\u2028c', 'a\nb\nc'],
    ['a\u0000\u001b[31mb\ufeff', 'ab'],
    ['&amp;amp;lt; &EACUTE; &#39;', "< É '"],
    ['x\ud800y', 'x\ufffdy'],
  ])('%j → %j', (text, fixed) => {
    expect(fixText(text)).toBe(fixed);
  });

  test('keeps entities from the line of a "<" on', () => {
    expect(fixText('&amp;\n<b>&amp;\n&amp;')).toBe('&\n<b>&amp;\n&amp;');
  });

  test('fixing twice is fixing once, and plain text stays', () => {
    for (const text of ['“naïve” ﬁ …', 'Ã© Ã©', 'плохо', 'a photo, (of:1.2) [a] cat!', 'é è ü', '1½ × 2'])
      expect(fixText(fixText(text))).toBe(fixText(text));
    for (const text of ['a photo, (of:1.2) [a] cat!', 'naïve café', 'Ünïcödé', '日本語', '😀…—'])
      expect(fixText(text)).toBe(text);
  });

  test('nested entities and long misread text take linear time', () => {
    expect(fixText(`&${'amp;'.repeat(40_000)}`)).toBe('&');
    expect(fixText('Ã©'.repeat(30_000))).toBe('é'.repeat(30_000));
    expect(fixText(`日${'Ã©'.repeat(30_000)}`)).toBe(`日${'é'.repeat(30_000)}`);
  });
});
