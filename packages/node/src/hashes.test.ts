import { expect, test } from 'vitest';
import { nodeHashers } from './hashes.ts';

test.each([
  ['sha256', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  ['crc32', '352441c2'],
] as const)('%s of "abc", in pieces', (name, expected) => {
  const hasher = nodeHashers[name]();
  for (const part of ['a', '', 'bc']) hasher.update(Buffer.from(part));
  expect(hasher.digest()).toBe(expected);
});
