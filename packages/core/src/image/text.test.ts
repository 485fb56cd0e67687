import { describe, expect, test } from 'vitest';
import { drawable, drawText, textColumns, textSize, wrapText } from './text.ts';

const PRINTABLE = Array.from({ length: 95 }, (_, i) => String.fromCharCode(0x20 + i));

/** A picture as rows of marks. */
function rows(lines: readonly string[]): string[] {
  const { width, height, data } = drawText(lines);
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (__, x) => (data[(y * width + x) * 3] === 0 ? '#' : '.')).join(''),
  );
}

describe('drawText', () => {
  test('draws letters upright', () => {
    expect(rows(['Lp'])).toEqual([
      '............',
      '#...........',
      '#...........',
      '#.....####..',
      '#.....#...#.',
      '#.....#...#.',
      '#.....#...#.',
      '#####.####..',
      '......#.....',
      '......#.....',
      '............',
    ]);
  });

  test('has a shape of its own for every printable character', () => {
    expect(new Set(PRINTABLE.map((character) => rows([character]).join(''))).size).toBe(PRINTABLE.length);
  });

  test('enlarges whole pixels', () => {
    const [small, large] = [drawText(['g']), drawText(['g'], { scale: 3 })];
    expect([large.width, large.height]).toEqual([small.width * 3, small.height * 3]);
    const sample = (x: number, y: number): number => large.data[(y * large.width + x) * 3]!;
    for (let i = 0; i < large.width * large.height; i++) {
      const [x, y] = [i % large.width, Math.floor(i / large.width)];
      expect(sample(x, y)).toBe(small.data[(Math.floor(y / 3) * small.width + Math.floor(x / 3)) * 3]);
    }
  });

  test('takes colours', () => {
    const { data } = drawText(['|'], { color: [1, 2, 3], background: [4, 5, 6] });
    const pixels = new Set(Array.from({ length: data.length / 3 }, (_, i) => data.slice(i * 3, i * 3 + 3).join()));
    expect([...pixels].sort()).toEqual(['1,2,3', '4,5,6']);
  });

  test('is as large as was said', () => {
    const lines = ['a', 'long line', ''];
    const { width, height } = drawText(lines, { scale: 2 });
    expect({ width, height }).toEqual(textSize(lines, 2));
  });
});

describe('wrapText', () => {
  test('breaks between words, and words that are too long', () => {
    expect(wrapText('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrapText('abcdefgh ij', 3)).toEqual(['abc', 'def', 'gh', 'ij']);
    expect(wrapText('a\nb', 9)).toEqual(['a', 'b']);
    expect(wrapText('', 4)).toEqual(['']);
  });

  test('lines fit and lose no letter', () => {
    const text = 'some words of several lengths incomprehensibilities a b c';
    for (let columns = 1; columns < 30; columns++) {
      const lines = wrapText(text, columns);
      expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(columns);
      expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
    }
  });

  test('fits where it was measured', () => {
    for (const width of [12, 64, 127, 512]) {
      for (const scale of [1, 2]) {
        const columns = textColumns(width, scale);
        expect(textSize(['x'.repeat(columns)], scale).width).toBeLessThanOrEqual(width);
      }
    }
  });
});

describe('drawable', () => {
  test('escapes what has no letter', () => {
    expect(drawable('猫 ü\t😀~')).toBe('\\u{732b} \\u{fc}\\u{9}\\u{1f600}~');
    expect(drawable(PRINTABLE.join(''))).toBe(PRINTABLE.join(''));
  });
});
