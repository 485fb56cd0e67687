import { describe, expect, test } from 'vitest';
import { noiseSchedule, noiseShare, pictureShare } from './schedule.ts';

describe('noiseSchedule', () => {
  test('the table of Stable Diffusion', () => {
    const { alphas } = noiseSchedule();
    expect(alphas).toHaveLength(1000);
    for (const [t, alpha] of [
      [0, 0.99915],
      [1, 0.9982960278],
      [499, 0.2776696505],
      [999, 0.0046600985],
    ] as const)
      expect(alphas[t]).toBeCloseTo(alpha, 7);
  });

  test('zero terminal SNR keeps the first value and leaves nothing at the last', () => {
    const { alphas } = noiseSchedule({ zeroTerminalSnr: true });
    expect(alphas[0]).toBeCloseTo(0.99915, 6);
    expect(alphas[999]).toBe(Math.fround(4.8973451890853435e-8));
    expect(Math.sqrt((1 - alphas[999]!) / alphas[999]!)).toBeCloseTo(4518.76, 1);
    for (let t = 1; t < 1000; t++) expect(alphas[t]).toBeLessThan(alphas[t - 1]!);
  });

  test('downcast values are float16', () => {
    const { alphas, round } = noiseSchedule({ downcast: true });
    for (const alpha of alphas) expect(round(alpha)).toBe(alpha);
    expect(alphas).not.toEqual(noiseSchedule().alphas);
  });

  test("takes the checkpoint's own table", () => {
    const own = Float32Array.from({ length: 1000 }, (_, t) => 0.999 - t * 0.0009);
    expect(noiseSchedule({ alphas: own }).alphas).toEqual(own);
  });

  test.each([
    ['short', new Float32Array(999).fill(0.5)],
    ['empty', new Float32Array(0)],
    ['with a zero', new Float32Array(1000).fill(0.5).fill(0, 999)],
    ['with a one', new Float32Array(1000).fill(1)],
    ['with NaN', new Float32Array(1000).fill(NaN)],
  ])('refuses a table that is %s', (_, alphas) => {
    expect(() => noiseSchedule({ alphas })).toThrowError(expect.objectContaining({ code: 'model' }));
  });

  test('picture and noise have squares that add up to 1', () => {
    const schedule = noiseSchedule();
    for (const t of [0, 500, 999])
      expect(pictureShare(schedule, t) ** 2 + noiseShare(schedule, t) ** 2).toBeCloseTo(1, 6);
  });
});
