import { describe, expect, test } from 'vitest';
import { COMMANDS } from './commands/index.ts';
import { EXIT_CODES } from './exit.ts';
import { FIELD_NAMES, PICTURE_OPTIONS } from './generate/options.ts';
import { commandHelp, overview } from './help.ts';
import { GENERAL } from './option.ts';

test('the overview names every command and exit code', () => {
  const text = overview(COMMANDS);
  for (const { name, summary } of COMMANDS)
    expect(text).toMatch(new RegExp(`^  ${name} +${summary.slice(0, 20)}`, 'm'));
  for (const [code] of EXIT_CODES) expect(text).toMatch(new RegExp(`^  ${code} `, 'm'));
});

describe.each(COMMANDS.map((command) => [command.name, command] as const))('%s', (_, command) => {
  const options = [...command.options, GENERAL].flatMap((group) => [...group.options]);

  test('shows every option, in lines that fit', () => {
    const text = commandHelp(command);
    for (const { name } of options) expect(text).toContain(` --${name}`);
    // What is there to be copied stays on one line.
    const lines = text.split('\n').filter((line) => !line.includes(' graft '));
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
  });

  test('has each name once', () => {
    const names = options.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
    expect(new Set(names).size).toBe(names.length);
    const shorts = options.flatMap(({ short }) => (short === undefined ? [] : [short]));
    expect(new Set(shorts).size).toBe(shorts.length);
  });
});

test('messages speak of options that there are', () => {
  const known = PICTURE_OPTIONS.map(({ name }) => `--${name}`);
  for (const option of [...FIELD_NAMES.values()].flat()) expect(known).toContain(option);
});
