import { describe, expect, test } from 'vitest';
import { noiseSchedule } from './schedule.ts';
import { lcmTable, sigmaTable } from './sigma-table.ts';

const schedule = noiseSchedule();
const table = sigmaTable(schedule);
const lcm = lcmTable(schedule);

describe('sigmaTable', () => {
  test('the ends of Stable Diffusion', () => {
    expect(table.min).toBeCloseTo(0.02916753, 7);
    expect(table.max).toBeCloseTo(14.614642, 5);
  });

  test('sigma and time are inverse, between entries too', () => {
    for (const t of [0, 0.25, 17.5, 333.3, 500, 998.5, 999]) expect(table.timeOf(table.sigmaAt(t))).toBeCloseTo(t, 2);
    for (const sigma of [0.03, 0.5, 1, 10]) expect(table.sigmaAt(table.timeOf(sigma))).toBeCloseTo(sigma, 5);
  });

  test('sigmas outside are clamped', () => {
    expect(table.timeOf(0.001)).toBe(0);
    expect(table.timeOf(100)).toBe(999);
  });

  test('a quantized table gives whole times, the nearest', () => {
    const quantized = sigmaTable(schedule, { quantize: true });
    for (const sigma of [0.001, 0.03, 0.9, 2.345, 10, 20])
      expect(quantized.timeOf(sigma)).toBe(Math.round(table.timeOf(sigma)));
  });

  test('evenly spaced times, with both ends', () => {
    const sigmas = table.spaced(10);
    expect(sigmas).toHaveLength(10);
    expect(table.timeOf(sigmas[5]!)).toBeCloseTo((999 * 4) / 9, 2);
    expect(table.spaced(1)).toEqual([table.sigmaAt(999)]);
  });
});

describe('lcmTable', () => {
  test('four steps', () => {
    [14.614643, 2.991056, 0.972826, 0.134451].forEach((sigma, i) => expect(lcm.spaced(4)[i]).toBeCloseTo(sigma, 5));
  });

  test('times are those of the distillation', () => {
    for (const sigma of [0.01, 0.2, 1, 5, 30]) expect(lcm.timeOf(sigma) % 20).toBe(19);
    expect(lcm.timeOf(0.01)).toBe(19);
    expect(lcm.timeOf(30)).toBe(999);
  });
});
