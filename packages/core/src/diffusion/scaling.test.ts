import { describe, expect, test } from 'vitest';
import { consistencyScaling, sigmaScaling, timestepScaling, type Scaling } from './scaling.ts';
import { noiseSchedule } from './schedule.ts';
import { lcmTable, sigmaTable } from './sigma-table.ts';

const schedule = noiseSchedule();
const table = sigmaTable(schedule);

/** A picture and a noise, one number each; what the network of either kind would say about their mixture. */
const PICTURE = 0.7;
const NOISE = -1.3;
function prediction(kind: 'epsilon' | 'v', alpha: number): number {
  return kind === 'epsilon' ? NOISE : Math.sqrt(alpha) * NOISE - Math.sqrt(1 - alpha) * PICTURE;
}
function answer(scaling: Scaling, x: number, out: number): number {
  return scaling.skip * x + scaling.out * out;
}

describe.each(['epsilon', 'v'] as const)('a network that predicts %s', (kind) => {
  test.each([0.03, 1, 14.6])('at sigma %s the answer is the picture', (sigma) => {
    const scaling = sigmaScaling(table, kind, sigma);
    const alpha = 1 / (1 + sigma ** 2);
    expect(answer(scaling, PICTURE + sigma * NOISE, prediction(kind, alpha))).toBeCloseTo(PICTURE, 5);
    expect(scaling.input).toBeCloseTo(Math.sqrt(alpha), 6);
  });

  test.each([1, 500, 999])('at step %s the answer is the noise, and the picture comes out of it', (t) => {
    const scaling = timestepScaling(schedule, kind, t);
    const alpha = schedule.alphas[t]!;
    const x = Math.sqrt(alpha) * PICTURE + Math.sqrt(1 - alpha) * NOISE;
    const noise = answer(scaling, x, prediction(kind, alpha));
    expect(noise).toBeCloseTo(NOISE, 5);
    expect(scaling.picture.fromX * x + scaling.picture.fromAnswer * noise).toBeCloseTo(PICTURE, 4);
  });
});

describe('consistencyScaling', () => {
  test('is nearly the picture at high noise, and leans on x where its time is small', () => {
    const lcm = lcmTable(schedule);
    const high = consistencyScaling(lcm, 'epsilon', 14);
    expect(answer(high, PICTURE + 14 * NOISE, NOISE)).toBeCloseTo(PICTURE, 4);
    expect(high.t).toBe(999);
    const low = consistencyScaling(lcm, 'epsilon', 0.13);
    expect(low.skip + low.out / -0.13).toBeGreaterThan(1);
    expect(low.t).toBe(19);
  });
});

describe('the share that lies behind', () => {
  test('runs from 0 at the most noise to 0.999, as a refiner reads it', () => {
    expect(sigmaScaling(table, 'epsilon', table.max).done).toBe(0);
    expect(sigmaScaling(table, 'epsilon', table.min).done).toBe(0.999);
    expect(timestepScaling(schedule, 'epsilon', 199).done).toBe(0.8);
    expect(timestepScaling(schedule, 'epsilon', 499.5).done).toBe(0.5);
  });
});
