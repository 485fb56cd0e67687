import { expect, test } from 'vitest';
import { localizeNetworks } from './network-names.ts';

const nameOf = (hash: string): string | undefined => (hash === 'aaaa' ? 'mine' : undefined);

test('a tag takes the name of the local file with its hash', () => {
  const read = new Map([
    [
      'Prompt',
      '<lora:theirs:1:0.5> <lyco:theirs:0.5> <lora:theirs> <lora:other:1> <lora:unknown:1> <hypernet:theirs:1>',
    ],
    ['Lora hashes', 'theirs: aaaa, other: bbbb, broken'],
  ]);
  expect(localizeNetworks(read, nameOf).get('Prompt')).toBe(
    '<lora:mine:1:0.5> <lyco:mine:0.5> <lora:mine> <lora:other:1> <lora:unknown:1> <hypernet:theirs:1>',
  );
  expect(read.get('Prompt')).toContain('theirs');
});

test('networks of the AddNet extension become tags', () => {
  const read = new Map([
    ['Prompt', 'a'],
    ['AddNet Module 1', 'LoRA'],
    ['AddNet Model 1', 'net(abc123)'],
    ['AddNet Weight A 1', '0.8'],
    ['AddNet Module 2', 'LyCORIS'],
    ['AddNet Model 2', 'no'],
  ]);
  expect(localizeNetworks(read, nameOf).get('Prompt')).toBe('a\n<lora:net:0.8>');
});
