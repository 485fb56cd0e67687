import { describe, expect, test } from 'vitest';
import { entryAt, schedule } from './schedule.ts';

const texts = (prompt: string, steps: number): string[] => schedule(prompt, { steps }).map(({ text }) => text);

describe('schedule', () => {
  test('a prompt without editing is one entry', () => {
    for (const prompt of ['', 'a (b:1.2) [c]', '[a:b]', '[:]', '\\[a:b:0.5\\]'])
      expect(schedule(prompt, { steps: 7 })).toEqual([{ end: 7, text: prompt }]);
  });

  // An empty option used to end the request in the webui (its issue 2944).
  test('an empty option of an alternation is an empty text', () => {
    expect(texts('[fe|]male', 5)).toEqual(['female', 'male', 'female', 'male', 'female']);
    expect(texts('[|fe]male', 5)).toEqual(['male', 'female', 'male', 'female', 'male']);
    expect(texts('[fe|||]male', 5)).toEqual(['female', 'male', 'male', 'male', 'female']);
    expect(texts('[||]', 5)).toEqual(['', '', '', '', '']);
  });

  test('an alternation begins again in the hires pass', () => {
    expect(schedule('[a|b]', { steps: 5, hiresSteps: 2 })).toEqual([
      { end: 1, text: 'a' },
      { end: 2, text: 'b' },
    ]);
  });

  test('nested edits; the structured reading beside a stray bracket', () => {
    expect(schedule('a[b:[c:d:2]:1]e', { steps: 10 })).toEqual([
      { end: 1, text: 'abe' },
      { end: 2, text: 'ace' },
      { end: 10, text: 'ade' },
    ]);
    expect(schedule('[a:b:0.5]]', { steps: 10 })).toEqual([
      { end: 5, text: 'a]' },
      { end: 10, text: 'b]' },
    ]);
  });

  test('a stray bar or a lone backslash switches all editing off', () => {
    for (const prompt of ['a | b [c:d:0.5]', '[(a|b):c:0.5]', '[a:b:0.5] \\', '[a:b:3]\\\n', '[a|b', '([a|b)]'])
      expect(schedule(prompt, { steps: 10 })).toEqual([{ end: 10, text: prompt }]);
  });

  test('shares, steps and the hires pass, by the current and the old rules', () => {
    const ends = (when: string, hiresSteps?: number, old?: boolean): number[] =>
      schedule(`[a:b:${when}]`, { steps: 10, hiresSteps, old }).map(({ end }) => end);
    expect(ends('0.5')).toEqual([5, 10]);
    expect(ends('1.0')).toEqual([10]);
    expect(ends('1.5', 8)).toEqual([4, 8]);
    expect(ends('15', 8)).toEqual([5, 8]);
    expect(ends('2.0', 8, true)).toEqual([2, 10]);
    expect(ends('1e999')).toEqual([10]);
  });

  test('an entry that ends at 5 serves six calls', () => {
    const entries = schedule('[a:b:5]', { steps: 10 });
    expect([0, 5, 6, 10, 11].map((call) => entryAt(entries, call))).toEqual([0, 0, 1, 1, 0]);
  });

  test('every text is made of the prompt’s characters, in order', () => {
    const prompt = '[a|[b:c:2]|(d:1.1)] [e::0.5][[f]:3]';
    for (const { text } of schedule(prompt, { steps: 6 })) {
      let at = 0;
      for (const char of text) {
        at = prompt.indexOf(char, at) + 1;
        expect(at).toBeGreaterThan(0);
      }
    }
  });

  test('reads deep nesting and long alternations without recursion', () => {
    const depth = 20_000;
    expect(texts(`${'[a:'.repeat(depth)}b${':1]'.repeat(depth)}`, 3)).toEqual(['a', 'b', 'b'].slice(0, 2));
    expect(texts(`[${'a|'.repeat(depth)}b]`, 2)).toEqual(['a', 'a']);
    for (const part of ['(', '[', ']', ':', '[:', '[ :  ', '(['])
      expect(schedule(part.repeat(50_000), { steps: 3 })).toHaveLength(1);
  });

  test('refuses an alternation that multiplies a long prompt', () => {
    expect(() => schedule(`[a|b]${'x'.repeat(200_000)}`, { steps: 200 })).toThrowError(
      expect.objectContaining({ code: 'format', fault: 'too-large' }),
    );
  });
});
