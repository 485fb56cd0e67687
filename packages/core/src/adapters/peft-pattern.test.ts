import { expect, test } from 'vitest';
import { peftPattern } from './peft-pattern.ts';

test.each([
  ['net.2', 'down.0.net.2', true],
  ['net.2', 'net.2', true],
  ['et.2', 'down.0.net.2', false],
  ['down.*attn1.*', 'unet.down.0.attn1.to_q', true],
  ['down.*attn1', 'unet.down.0.attn1.to_q', false],
  ['(to_q|to_k)', 'x.to_k', true],
  ['^down.0$', 'base_model.model.down.0', true],
  // What could take for ever, or is no expression, is the end itself.
  ['(a*)*b', 'x.(a*)*b', true],
  ['(a*)*b', 'x.aab', false],
  ['(a', 'x.(a', true],
  ['.*', 'x'.repeat(257), false],
])('%s means %s: %s', (pattern, name, expected) => {
  expect(peftPattern(pattern)(name)).toBe(expected);
});
