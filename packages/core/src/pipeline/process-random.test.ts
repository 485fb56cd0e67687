import { expect, test } from 'vitest';
import { processRandom } from './process-random.ts';

const draw = (random: ReturnType<typeof processRandom>): number[] => [...random.generator().normal(4)];

test('starts from the seed of the request and goes on where it was', () => {
  const random = processRandom(7n, 'NV');
  const first = draw(random);
  expect(draw(processRandom(7, 'NV'))).toEqual(first);
  expect(draw(random)).not.toEqual(first);
  expect(draw(processRandom(8n, 'NV'))).not.toEqual(first);
});

test('is seeded anew by the noise of images from the processor, not from a card', () => {
  const [cpu, nv, untouched] = [processRandom(7n, 'CPU'), processRandom(7n, 'NV'), processRandom(7n, 'CPU')];
  for (const random of [cpu, nv]) random.afterStart([1n, 2n]);
  expect(draw(nv)).toEqual(draw(untouched));
  const other = processRandom(99n, 'CPU');
  other.afterStart([1n, 2n]);
  expect(draw(cpu)).toEqual(draw(other));
});
