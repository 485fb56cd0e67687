import { expect, test } from 'vitest';
import { churnOf } from './churn.ts';
import { readOptions } from './options.ts';

test.each([
  [null, {}, 0],
  [3, {}, 3],
  [3, { s_churn: 5 }, 5],
  [null, { s_churn: 5 }, 5],
])('churn of a request for %j and settings %j is %d', (own, settings, churn) => {
  expect(churnOf({ s_churn: own, options: readOptions(settings) })).toBe(churn);
});
