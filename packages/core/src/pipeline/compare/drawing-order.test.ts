import { describe, expect, test } from 'vitest';
import { parseAxis } from './axis.ts';
import { compareCells, type Cell } from './cells.ts';
import { drawingOrder } from './drawing-order.ts';

function cellsAlong(axes: Readonly<Record<string, string>>): readonly Cell[] {
  return compareCells({
    kind: 'txt2img',
    body: { prompt: 'a cat', seed: 5, override_settings: {} },
    axes: Object.fromEntries(Object.entries(axes).map(([name, text]) => [name, parseAxis(text, `--${name}`)])),
  }).cells;
}

describe('drawingOrder', () => {
  test('changes checkpoints least, then networks', () => {
    const cells = cellsAlong({ x: 'checkpoint: m, n', y: 'seed: 1, 2', z: 'with: none, a' });
    const order = drawingOrder(cells);
    expect(order.toSorted((a, b) => a - b)).toEqual(cells.map((_, i) => i));
    const drawn = order.map((i) => cells[i]!);
    expect(drawn.map(({ x }) => x)).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
    expect(drawn.map(({ z }) => z)).toEqual([0, 0, 1, 1, 0, 0, 1, 1]);
  });

  test('keeps the order where nothing is loaded', () => {
    const cells = cellsAlong({ x: 'seed: 3, 1, 2' });
    expect(drawingOrder(cells)).toEqual([0, 1, 2]);
  });
});
