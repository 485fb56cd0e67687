import { describe, expect, test } from 'vitest';
import { readArguments, refusePositionals, splitCommand } from './arguments.ts';
import { GENERAL, type Option } from './option.ts';

const OPTIONS: readonly Option[] = [
  { name: 'seed', short: 's', value: 'N', help: '' },
  { name: 'negative', aliases: ['negative-prompt'], value: 'TEXT', help: '' },
  { name: 'set', value: 'NAME=VALUE', multiple: true, help: '' },
  { name: 'grid', help: '' },
];

function refused(...argv: string[]): unknown {
  try {
    readArguments(argv, OPTIONS);
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('readArguments', () => {
  test('reads values, flags, aliases, short names and what is no option', () => {
    const given = readArguments(['a', '--seed', '-1', '--negative-prompt=b=c', '--grid', 'd', '--', '--e'], OPTIONS);
    expect(given.value('seed')).toBe('-1');
    expect(given.value('negative')).toBe('b=c');
    expect(given.has('grid')).toBe(true);
    expect(given.has('set')).toBe(false);
    expect(given.positionals).toEqual(['a', 'd', '--e']);
    expect(readArguments(['-s', '5'], OPTIONS).value('seed')).toBe('5');
    expect(readArguments(['-s5'], OPTIONS).value('seed')).toBe('5');
  });

  test('keeps all values of options that may be repeated', () => {
    expect(readArguments(['--set', 'a=1', '--set', 'b=2'], OPTIONS).values('set')).toEqual(['a=1', 'b=2']);
  });

  test.each<[string, string[]]>([
    ['--sead', ['--sead', '3']],
    ['-x', ['-x']],
    ['--seed', ['--seed']],
    ['--seed', ['--seed', '--grid']],
    ['--seed', ['--seed', '--negative=x']],
    ['--grid', ['--grid=yes']],
    ['--seed', ['--seed', '1', '--seed', '2']],
  ])('refuses %s in %j', (field, argv) => {
    expect(refused(...argv)).toMatchObject({ name: 'RequestError', field });
  });

  test('offers the nearest option', () => {
    expect(refused('--sead', '3')).toMatchObject({ hint: expect.stringContaining('--seed') as unknown });
  });

  test('takes a text that looks like an option for a value where it can be none', () => {
    expect(readArguments(['--negative', '--ugly--'], OPTIONS).value('negative')).toBe('--ugly--');
    expect(readArguments(['--negative=--grid'], OPTIONS).value('negative')).toBe('--grid');
  });
});

test('arguments where there are none are refused', () => {
  expect(() => refusePositionals(readArguments(['--grid'], OPTIONS), 'No.')).not.toThrow();
  expect(() => refusePositionals(readArguments(['--grid', 'more', 'most'], OPTIONS), 'No.')).toThrowError(
    expect.objectContaining({ name: 'RequestError', field: 'more', hint: 'No.' }),
  );
});

describe('splitCommand', () => {
  test.each<[string | undefined, string[], string[]]>([
    ['generate', ['generate', 'a', '--seed', '1'], ['a', '--seed', '1']],
    ['generate', ['--models', 'dir', 'generate', 'a'], ['--models', 'dir', 'a']],
    ['generate', ['-q', 'generate'], ['-q']],
    [undefined, ['--help'], ['--help']],
    [undefined, ['--', 'generate'], ['--', 'generate']],
    [undefined, [], []],
  ])('finds %s in %j', (command, argv, rest) => {
    expect(splitCommand(argv, GENERAL.options)).toEqual({ command, rest });
  });
});
