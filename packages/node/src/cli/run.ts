import { createRequire } from 'node:module';
import { nearestHint, RequestError } from '@graft/core/errors';
import type { GraftExtension } from '../extension/extension.ts';
import { findConfig } from '../extension/find-config.ts';
import { readArguments, refusePositionals, splitCommand, type Arguments } from './arguments.ts';
import type { Command } from './command.ts';
import { COMMANDS } from './commands/index.ts';
import { tellError } from './exit.ts';
import { commandHelp, overview } from './help.ts';
import { tellNote } from './note.ts';
import { GENERAL } from './option.ts';
import { processTerminal, type Terminal } from './terminal.ts';

/** What is drawn when nothing is said. */
const FIRST_PICTURE = ['a cat on a blue background', '--seed', '1', '--model', 'stickers'];

/** What to try after it; `graft`: how the command was started. */
const next = (graft: string): string => `
That was "a cat on a blue background", drawn by the small model that comes with Graft. Next, try
  ${graft} generate "a fox on a white background" --seed 7
  ${graft} generate "a fox next to a pizza" --batch 4 --grid
  ${graft} generate "a dog" --init out.png --strength 0.6
  ${graft} generate --help
  ${graft} --help
`;

/** Runs a command line to its end, when all it says is written; the result is the exit code. Never throws. */
export async function run(argv: readonly string[]): Promise<number> {
  // Even a command line that cannot be read may ask for JSON.
  const terminal = processTerminal({
    json: argv.includes('--json'),
    quiet: argv.includes('--quiet') || argv.includes('-q'),
  });
  const code = await runCommand(argv, terminal);
  const lost = await terminal.end();
  if (lost === undefined || code !== 0) return code;
  const failed = tellError(lost, terminal);
  await terminal.end();
  return failed;
}

async function runCommand(argv: readonly string[], terminal: Terminal): Promise<number> {
  let command: Command | undefined;
  let given: Arguments | undefined;
  try {
    const split = splitCommand(argv, GENERAL.options);
    const extensions = await loadExtensions(argv, terminal);
    const commands = [...COMMANDS, ...extensions.flatMap((extension) => extension.commands ?? [])];
    if (split.command === undefined) return await runBare(argv, terminal, { extensions, commands });
    if (split.command === 'help') return helpFor(commands, split.rest, terminal);
    command = findCommand(commands, split.command);
    if (split.rest.includes('--help') || split.rest.includes('-h')) return help(commands, command.name, terminal);
    given = readArguments(split.rest, [...command.options.flatMap(({ options }) => options), ...GENERAL.options]);
    return await command.run(given, terminal, extensions);
  } catch (error) {
    return tellError(error, terminal, { rename: renamer(command, given) });
  }
}

/** The extensions that a command line or the project's configuration names, of which only those are ever run. Throws RequestError. */
async function loadExtensions(argv: readonly string[], terminal: Terminal): Promise<readonly GraftExtension[]> {
  const { path, ignored } = findConfig(process.cwd());
  if (ignored !== undefined) {
    const why = 'because Graft is not installed beside it. Name extensions with --extension.';
    tellNote(`${ignored} is not read, ${why}`, terminal);
  }
  const names = extensionNames(argv);
  if (names.length === 0 && path === undefined) return [];
  const [{ loadConfig }, { loadExtension }, { extend }, { BUILT_IN }] = await Promise.all([
    import('../extension/config.ts'),
    import('../extension/load.ts'),
    import('../extension/registry.ts'),
    import('../extension/extension.ts'),
  ]);
  const ofProject = path === undefined ? [] : await loadConfig(path);
  const named = await Promise.all(names.map((name) => loadExtension(name)));
  // One that both name is one.
  const extensions = [...new Set([...ofProject, ...named])];
  // Names that are taken are told before anything else.
  extend(extensions, { ...BUILT_IN, commands: COMMANDS });
  return extensions;
}

/** Read before it is known which command's options the others are. */
function extensionNames(argv: readonly string[]): string[] {
  const end = argv.indexOf('--');
  const own = end < 0 ? argv : argv.slice(0, end);
  return own.flatMap((argument, i) => {
    if (argument.startsWith('--extension=')) return [argument.slice('--extension='.length)];
    const next = own[i + 1];
    return argument === '--extension' && next !== undefined ? [next] : [];
  });
}

/** Without a command: help, the version, or a first picture. */
async function runBare(
  argv: readonly string[],
  terminal: Terminal,
  { extensions, commands }: { readonly extensions: readonly GraftExtension[]; readonly commands: readonly Command[] },
): Promise<number> {
  const given = readArguments(argv, GENERAL.options);
  if (given.has('help')) return help(commands, undefined, terminal);
  if (given.has('version')) {
    terminal.out(`${version()}\n`);
    return 0;
  }
  const generate = findCommand(commands, 'generate');
  const options = [...generate.options.flatMap(({ options: own }) => own), ...GENERAL.options];
  const code = await generate.run(readArguments([...FIRST_PICTURE, ...argv], options), terminal, extensions);
  if (code === 0 && !terminal.json && !terminal.quiet)
    terminal.err(next(process.env['npm_lifecycle_event'] === 'start' ? 'npm start --' : 'graft'));
  return code;
}

/** `graft help [COMMAND]`. */
function helpFor(commands: readonly Command[], rest: readonly string[], terminal: Terminal): number {
  const [name, ...more] = readArguments(rest, GENERAL.options).positionals;
  refusePositionals({ positionals: more }, 'Ask for one command at a time: graft help COMMAND');
  return help(commands, name, terminal);
}

function help(commands: readonly Command[], name: string | undefined, terminal: Terminal): number {
  terminal.out(name === undefined ? overview(commands) : commandHelp(findCommand(commands, name)));
  return 0;
}

function findCommand(commands: readonly Command[], name: string): Command {
  const command = commands.find((one) => one.name === name);
  if (command) return command;
  const near = nearestHint(
    name,
    commands.map((one) => one.name),
    0,
  );
  const hint =
    near ?? (/\s/.test(name) ? `To draw that: graft generate "${name}"` : 'See what there is with graft --help.');
  throw new RequestError(name, 'is no command', { hint });
}

function version(): string {
  const read = createRequire(import.meta.url)('../../package.json') as { readonly version: string };
  return read.version;
}

/** Fields under the names of the options that were used for them. */
function renamer(command: Command | undefined, given: Arguments | undefined): (field: string) => string {
  return (field) => {
    const options = command?.fieldNames?.get(field.replace(/\[\d+\]$/, '')) ?? [];
    return options.find((option) => given?.has(option.slice(2)) === true) ?? field;
  };
}
