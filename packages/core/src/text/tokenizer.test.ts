import { describe, expect, test } from 'vitest';
import { MAX_TEXT_LENGTH, clipTokenizer, openClipTokenizer, tokenWindow } from './tokenizer.ts';
import { END, START, WINDOW, fillWindow } from './window.ts';

const clip = clipTokenizer();
const openClip = openClipTokenizer();

describe('tokenizer', () => {
  test('known texts', () => {
    expect(clip.encode('a photo of a cat')).toEqual([320, 1125, 539, 320, 2368]);
    expect(clip.encode("don't 2023")).toEqual([847, 713, 273, 271, 273, 274]);
    expect(clip.encode('日本語 😀')).toEqual([39121, 44353, 34002, 508, 7334]);
    expect(clip.encode(' \n')).toEqual([]);
  });

  test('case, spaces and the width of letters do not matter', () => {
    const ids = clip.encode('a small cat, on grass');
    for (const text of ['A  SMALL\tCat, on grass ', 'ａ small ｃａｔ， on grass'])
      expect(clip.encode(text)).toEqual(ids);
  });

  test('decoding gives the text back in lower case', () => {
    for (const text of ['a photo of a cat', 'naïve café', '猫 😀']) expect(clip.decode(clip.encode(text))).toBe(text);
    expect(clip.decode(clip.encode('Stop!!'))).toBe('stop!!');
  });

  test('each has its own special texts', () => {
    expect(clip.encode('a<|endoftext|>')).toEqual([320, END]);
    expect(openClip.encode('a<end_of_text>')).toEqual([320, END]);
    expect(clip.encode('<end_of_text>')).not.toContain(END);
    expect(openClip.encode('<|endoftext|>')).not.toContain(END);
    expect(clip.piece(START)).toBe('<|startoftext|>');
  });

  test('open_clip decodes entities beside a "<", the other does not', () => {
    expect(openClip.encode('a < b &amp; c')).toEqual(clip.encode('a < b & c'));
    expect(clip.encode('a < b &amp; c')).toHaveLength(7);
  });

  test('windows are cut at 75 and filled with the pad token', () => {
    const long = tokenWindow(clip, 'cat '.repeat(100));
    expect(long).toHaveLength(WINDOW);
    expect(long.at(-1)).toBe(END);
    expect(tokenWindow(openClip, 'cat')).toEqual(fillWindow([START, 2368, END], 0));
  });

  test('refuses text without end', () => {
    const format = (fault: string): unknown => expect.objectContaining({ code: 'format', fault });
    expect(() => clip.encode('a'.repeat(MAX_TEXT_LENGTH + 1))).toThrowError(format('too-large'));
    expect(() => clip.encode(`a${'\u0301\u0323'.repeat(50_000)}`)).toThrowError(format('too-large'));
  });
});
