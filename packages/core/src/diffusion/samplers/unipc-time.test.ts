import { describe, expect, test } from 'vitest';
import { noiseSchedule } from '../schedule.ts';
import { continuousSchedule, modelTime, SKIP_TYPES, timeSteps } from './unipc-time.ts';

const table = noiseSchedule();
const schedule = continuousSchedule(table);

describe('continuousSchedule', () => {
  test('has the training steps at thousandths, with squares that add up to 1', () => {
    for (const k of [0, 17, 499, 999]) {
      const { alpha, sigma } = schedule.at((k + 1) / 1000);
      expect(alpha ** 2).toBeCloseTo(table.alphas[k]!, 6);
      expect(alpha ** 2 + sigma ** 2).toBeCloseTo(1, 12);
    }
  });

  test('λ and time are inverse', () => {
    for (const time of [0.001, 0.0377, 0.5, 0.99925, 1])
      expect(schedule.timeOf(schedule.at(time).lambda)).toBeCloseTo(time, 9);
  });
});

describe('timeSteps', () => {
  test.each(SKIP_TYPES)('%s falls from the start to the first training step', (skipType) => {
    const times = timeSteps(schedule, { steps: 8, start: 0.7, skipType });
    expect(times).toHaveLength(9);
    expect(times[0]).toBeCloseTo(0.7, 6);
    expect(times[8]).toBeCloseTo(0.001, 6);
    for (let i = 1; i < 9; i++) expect(times[i]).toBeLessThan(times[i - 1]!);
  });
});

describe('modelTime', () => {
  test('the last training step is 999', () => {
    expect(modelTime(1)).toBe(999);
    expect(modelTime(Math.fround(0.001))).toBe(0);
  });
});
