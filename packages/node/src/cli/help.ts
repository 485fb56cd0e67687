import type { Command } from './command.ts';
import { EXIT_CODES } from './exit.ts';
import { GENERAL, type Option, type OptionGroup } from './option.ts';

const WIDTH = 100;
/** Column at which explanations begin. */
const COLUMN = 34;

/** What `graft --help` shows. */
export function overview(commands: readonly Command[]): string {
  return [
    'Graft draws pictures with Stable Diffusion models. No Python needed.',
    '',
    'Usage:  graft COMMAND [options]',
    '',
    'Commands',
    ...commands.map(({ name, summary }) => row(name, summary)),
    '',
    'Try',
    '  graft generate "a cat on a blue background"',
    '  graft generate "a fox next to a pizza" --seed 7 --batch 4 --grid',
    '  graft generate --from picture.png --steps 30',
    '  graft generate --help                 all options for pictures',
    '',
    ...groups([GENERAL]),
    'Without a model of your own, a small one that comes with Graft draws stickers of 128×128 pixels.',
    "Point --models at a folder of AUTOMATIC1111's webui to use the models in it.",
    '',
    'Exit codes',
    ...EXIT_CODES.map(([code, meaning]) => row(String(code), meaning)),
    '',
  ].join('\n');
}

/** What `graft COMMAND --help` shows. */
export function commandHelp({ summary, usage, details, examples, options }: Command): string {
  return [
    ...usage.map((line, i) => `${i === 0 ? 'Usage:' : '      '}  graft ${line}`),
    '',
    `${summary}.`,
    ...details.map((line) => wrap(line, 0)),
    '',
    'Examples',
    ...examples.map((line) => `  graft ${line}`),
    '',
    ...groups([...options, GENERAL]),
  ].join('\n');
}

function groups(list: readonly OptionGroup[]): string[] {
  return list.flatMap(({ title, options }) => [
    title,
    ...options.map((option) => row(spelling(option), option.help)),
    '',
  ]);
}

function spelling({ name, short, value }: Option): string {
  return `${short === undefined ? '   ' : `-${short},`} --${name}${value === undefined ? '' : ` ${value}`}`;
}

function row(label: string, text: string): string {
  const start = `  ${label}`;
  const body = wrap(text, COLUMN);
  return start.length + 2 <= COLUMN ? start.padEnd(COLUMN) + body : `${start}\n${' '.repeat(COLUMN)}${body}`;
}

/** Breaks a text between words so that lines indented by `indent` fit; the first line is not indented. */
function wrap(text: string, indent: number): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent + line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join(`\n${' '.repeat(indent)}`);
}
