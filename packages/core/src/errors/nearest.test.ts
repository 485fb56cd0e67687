import { expect, test } from 'vitest';
import { nearestHint, nearestNames } from './nearest.ts';

const NAMES = ['DPM++ 2M', 'DPM++ SDE', 'DPM++ 2M SDE', 'Euler a', 'Euler', 'Heun', 'UniPC', 'LCM'];

test.each([
  ['euler', ['Euler', 'Euler a']],
  ['Euler A', ['Euler a', 'Euler']],
  ['dpm++2m', ['DPM++ 2M', 'DPM++ 2M SDE']],
  ['Eulre', ['Euler']],
  ['unipcc', ['UniPC']],
  ['euler_a', ['Euler a', 'Euler']],
  ['something else', []],
  ['', []],
  ['🙂', []],
])('for %j offers %j', (wanted, expected) => {
  expect(nearestNames(wanted, NAMES).slice(0, expected.length)).toEqual(expected);
  if (expected.length === 0) expect(nearestNames(wanted, NAMES)).toEqual([]);
});

test('a hint offers the nearest, else all of a few, else nothing', () => {
  expect(nearestHint('heun2', NAMES)).toContain('Heun');
  expect(nearestHint('zzzz', ['a', 'b'])).toContain('a, b');
  expect(nearestHint('zzzz', NAMES, 3)).toBeUndefined();
  expect(nearestHint('zzzz', [])).toBeUndefined();
});

test('takes no time for long names', () => {
  const long = Array.from({ length: 200 }, (_, i) => 'x'.repeat(5000) + i);
  expect(nearestNames('y'.repeat(5000), long)).toEqual([]);
});
