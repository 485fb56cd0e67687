import { describe, expect, test } from 'vitest';
import { picture, type Picture } from '../../image/index.ts';
import { drawSheet } from './grid.ts';

/** A picture of one grey level, which labels and gaps do not have. */
function level(value: number, width = 16, height = 12): Picture {
  return picture({ width, height, channels: 1 }, new Uint8Array(width * height).fill(value));
}

/** Where a level lies: left, top, right, bottom, and whether it fills that. */
function place({ width, data }: Picture, value: number): { box: number[]; full: boolean } {
  const at: [number, number][] = [];
  for (let i = 0; i < data.length / 3; i++) if (data[i * 3] === value) at.push([i % width, Math.floor(i / width)]);
  const [xs, ys] = [at.map(([x]) => x), at.map(([, y]) => y)];
  const box = [Math.min(...xs), Math.min(...ys), Math.max(...xs) + 1, Math.max(...ys) + 1];
  return { box, full: at.length === (box[2]! - box[0]!) * (box[3]! - box[1]!) };
}

describe('drawSheet', () => {
  const cells = [
    [level(10), level(20)],
    [level(30), level(40)],
  ];
  const sheet = drawSheet({ columns: ['a', 'b'], rows: ['c', 'd'], cells });

  test('puts every picture whole into its row and column', () => {
    const boxes = [10, 20, 30, 40].map((value) => place(sheet, value));
    expect(boxes.map(({ full }) => full)).toEqual([true, true, true, true]);
    const [a, b, c, d] = boxes.map(({ box }) => box);
    expect([a![0], a![2], b![0], b![2]]).toEqual([c![0], c![2], d![0], d![2]]);
    expect([a![1], a![3], c![1], c![3]]).toEqual([b![1], b![3], d![1], d![3]]);
    expect([a![2]! <= b![0]!, a![3]! <= c![1]!]).toEqual([true, true]);
  });

  test('writes labels beside the pictures, not over them', () => {
    const { box } = place(sheet, 0);
    expect(box[0]).toBeLessThan(place(sheet, 10).box[0]!);
    expect(box[1]).toBeLessThan(place(sheet, 10).box[1]!);
  });

  test('leaves no room for labels that are not there', () => {
    const plain = drawSheet({ columns: ['', ''], rows: ['', ''], cells });
    expect(plain.width).toBeLessThan(sheet.width);
    expect(plain.height).toBeLessThan(sheet.height);
    expect(plain.data.includes(0)).toBe(false);
  });

  test('centres small pictures, and shows where one is missing', () => {
    const mixed = drawSheet({ columns: ['', '', ''], rows: [''], cells: [[level(10), level(20, 8, 4), undefined]] });
    const [large, small, empty] = [10, 20, 224].map((value) => place(mixed, value).box) as [
      number[],
      number[],
      number[],
    ];
    expect(small[1]! - large[1]!).toBe(4);
    expect([empty[2]! - empty[0]!, empty[3]! - empty[1]!]).toEqual([16, 12]);
  });

  test('has room for titles, captions and long labels', () => {
    const long = 'a label that is longer than a cell is wide';
    const full = drawSheet({
      title: long,
      columns: [long, ''],
      rows: [long, ''],
      cells,
      captions: [
        [long, ''],
        ['', long],
      ],
    });
    expect(full.height).toBeGreaterThan(sheet.height);
    for (const value of [10, 20, 30, 40]) expect(place(full, value).full).toBe(true);
  });
});
