import { parseArgs } from 'node:util';
import { nearestHint, RequestError } from '@graft/core/errors';
import type { Option } from './option.ts';

/** What was given on a command line. */
export interface Arguments {
  readonly positionals: readonly string[];
  has(option: string): boolean;
  /** The value of an option that takes one: the last, if it was given several times. */
  value(option: string): string | undefined;
  values(option: string): readonly string[];
}

/**
 * Reads a command line by its options. Throws RequestError for options that are unknown, lack a value, have one without need,
 * or are given twice with different values.
 */
export function readArguments(argv: readonly string[], options: readonly Option[]): Arguments {
  const byName = new Map(
    options.flatMap((option) => [option.name, ...(option.aliases ?? [])].map((name) => [name, option])),
  );
  const { tokens } = parseArgs({
    args: [...argv],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(
      [...byName].map(([name, { value, short, name: own }]) => [
        name,
        { type: value === undefined ? 'boolean' : 'string', ...(short !== undefined && name === own ? { short } : {}) },
      ]),
    ),
  });
  const positionals: string[] = [];
  const given = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const option = byName.get(token.name);
    if (!option) throw unknownOption(token.rawName, [...byName.keys()]);
    const value = readValue(option, token.rawName, token, byName);
    const before = given.get(option.name);
    if (before && option.multiple !== true && option.value !== undefined && before[0] !== value) {
      throw new RequestError(token.rawName, `is given twice: ${before[0]} and ${value}`);
    }
    given.set(option.name, option.multiple === true && before ? [...before, value] : [value]);
  }
  return {
    positionals,
    has: (name) => given.has(name),
    value: (name) => given.get(name)?.at(-1),
    values: (name) => given.get(name) ?? [],
  };
}

/** Throws RequestError for arguments where a command takes only options. `hint`: how to say what may have been meant. */
export function refusePositionals({ positionals }: Pick<Arguments, 'positionals'>, hint: string): void {
  const [first] = positionals;
  if (first !== undefined) throw new RequestError(first, 'is one argument too many', { hint });
}

function readValue(
  option: Option,
  rawName: string,
  token: { readonly value: string | undefined; readonly inlineValue: boolean | undefined },
  known: ReadonlyMap<string, Option>,
): string {
  if (option.value === undefined) {
    if (token.value !== undefined)
      throw new RequestError(rawName, 'takes no value', { hint: `Write just ${rawName}.` });
    return '';
  }
  // Text after an option is its value even if it begins with a dash (a seed of -1), unless it is an option itself.
  const next = token.inlineValue === true ? undefined : token.value;
  const swallowed = next?.startsWith('--') === true && known.has(next.slice(2).split('=')[0]!);
  if (token.value === undefined || swallowed) {
    throw new RequestError(rawName, 'needs a value', { hint: `Write ${rawName} ${option.value}.` });
  }
  return token.value;
}

function unknownOption(rawName: string, names: readonly string[]): RequestError {
  const hint = nearestHint(
    rawName,
    names.map((name) => `--${name}`),
    0,
  );
  return new RequestError(rawName, 'is no option of this command', { hint: hint ?? 'See the options with --help.' });
}

/**
 * Takes the name of the command out of a command line: its first argument that is neither an option nor the value of one of the
 * `general` options, which may stand before it.
 */
export function splitCommand(
  argv: readonly string[],
  general: readonly Option[],
): { readonly command: string | undefined; readonly rest: readonly string[] } {
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i]!;
    if (argument === '--') break;
    if (!argument.startsWith('-')) return { command: argument, rest: [...argv.slice(0, i), ...argv.slice(i + 1)] };
    const option = general.find(({ name, short }) => argument === `--${name}` || argument === `-${short}`);
    if (option?.value !== undefined) i++;
  }
  return { command: undefined, rest: argv };
}
