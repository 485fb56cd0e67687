import { describe, expect, test } from 'vitest';
import { joinAmpersands, unescapeClear, unescapeHtml } from './entities.ts';

describe('entities', () => {
  test('as Python decodes them', () => {
    expect(unescapeHtml('&amp &notit; &lt;b&gt; &NotAName;')).toBe('& ¬it; <b> &NotAName;');
    expect(unescapeHtml('&#0;|&#128;|&#xD800;|&#x110000;|&#1;|&#13;|&#xFFFE;|&#x1F600')).toBe(
      '\ufffd|€|\ufffd|\ufffd||\r||😀',
    );
    expect(unescapeHtml('&#99999999999999999999;')).toBe('\ufffd');
  });

  test('clear ones need a semicolon; capitals of small names count', () => {
    expect(unescapeClear('&amp &eacute; &EACUTE; &SZLIG; &LTIMES; &#12ab; &#59;')).toBe(
      '&amp é É SS &LTIMES; &#12ab; &#59;',
    );
  });

  test('ampersands inside each other lead to the same end', () => {
    const text = '&amp;#38;AMP;#x26;lt;';
    let slowly = text;
    while (unescapeClear(slowly) !== slowly) slowly = unescapeClear(slowly);
    expect(joinAmpersands(text)).toBe('&amp;lt;');
    expect(slowly).toBe('<');
  });
});
