import { describe, expect, test } from 'vitest';
import { applyStyles, extractStyles, readStyles } from './styles.ts';

const styles = readStyles('\ufeffname,prompt,negative_prompt\n# no,x,y\nA,"best, {prompt}, $&",bad\nB,fine,\n');

describe('styles', () => {
  test('extracting undoes applying', () => {
    const before = { prompt: 'a cat', negative: 'dog' };
    const after = applyStyles(before, ['A', 'B'], styles);
    expect(after).toEqual({ prompt: 'best, a cat, $&, fine', negative: 'dog, bad' });
    expect(extractStyles(after, styles)).toEqual({ ...before, names: ['A', 'B'] });
  });

  test('an unknown style only takes spaces away', () => {
    expect(applyStyles({ prompt: ' a ', negative: '' }, ['?'], styles)).toEqual({ prompt: 'a', negative: '' });
  });

  test('old files, and files of another kind', () => {
    expect(readStyles('name,text\nold,by greg\n')).toEqual([{ name: 'old', prompt: 'by greg', negative: '' }]);
    expect(readStyles('')).toEqual([]);
    expect(() => readStyles('a,b\n1,2\n', 'x.csv')).toThrowError(
      expect.objectContaining({ code: 'format', fault: 'bad-header', source: 'x.csv' }),
    );
  });
});
