import { counted, printable } from '../../formats/index.ts';
import type { AdapterDescription, Count, Description } from './description.ts';

/** Groups and metadata beyond these are counted, not listed. */
const GROUPS_SHOWN = 20;
const METADATA_SHOWN = 40;
const FACTS_SHOWN = 40;
/** Longest metadata value that is shown whole. */
const VALUE_SHOWN = 160;

/** Something more to be told: a line, or a table under a title. May be as it is in the file. */
export type Fact =
  | { readonly label: string; readonly text: string }
  | { readonly label: string; readonly rows: readonly (readonly [key: string, text: string])[] };

/**
 * A description as plain text, a fact a line. Everything out of the file is made printable. `columnsOf`: how wide a text is where it is
 * shown.
 */
export function renderDescription(
  description: Description,
  more: readonly Fact[] = [],
  columnsOf: (text: string) => number = (text) => text.length,
): string {
  const table = (title: string, rows: readonly (readonly [string, string])[], most: number): string[] =>
    tableOf(title, rows, { most, columnsOf });
  const { name, what, bases, why, container, adapter, metadata } = description;
  const lines = [
    printable(name),
    row('kind', capital(what)),
    row('base', bases.length === 0 ? 'unknown' : bases.join(' or ')),
    row('why', why),
    ...(adapter === undefined ? [] : adapterRows(adapter)),
    row('container', container),
    row('holds', `${count(description)}, ${size(description.bytes)}`),
    row(
      'precision',
      [...description.precision]
        .map(([dtype, { parameters }]) => `${dtype} ${share(parameters, description.parameters)}`)
        .join(', ') || 'none',
    ),
    ...more.flatMap((fact) =>
      'rows' in fact ? table(fact.label, fact.rows, FACTS_SHOWN) : [row(fact.label, printable(fact.text))],
    ),
    ...table(
      'parts',
      [...description.groups].map(([group, held]) => [group, count(held)]),
      GROUPS_SHOWN,
    ),
    ...table(
      'metadata',
      [...metadata].map(([key, value]) => [key, shorten(value)]),
      METADATA_SHOWN,
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function adapterRows({ components, modules, modulesByFamily, ranks, conv, broken }: AdapterDescription): string[] {
  const rankList = [...ranks]
    .sort(([a], [b]) => a - b)
    .map(([rank, times]) => (ranks.size === 1 ? `${rank}` : `${rank} (${counted(times, 'time')})`));
  return [
    row(
      'changes',
      components.length === 0
        ? 'no layer'
        : `${components.join(', ')}: ${counted(modules, 'layer')}${conv ? ', convolutions too' : ''}`,
    ),
    ...(modulesByFamily.size < 2
      ? []
      : [
          row(
            'families',
            [...modulesByFamily].map(([family, times]) => `${family} (${counted(times, 'time')})`).join(', '),
          ),
        ]),
    ...(rankList.length === 0
      ? []
      : [row('rank', rankList.slice(0, 12).join(', ') + (rankList.length > 12 ? ', …' : ''))]),
    ...(broken.length === 0
      ? []
      : [
          row(
            'incomplete',
            `${counted(broken.length, 'module lacks', 'modules lack')} a part, such as ${printable(broken[0]!)}`,
          ),
        ]),
  ];
}

function row(label: string, text: string): string {
  return `  ${label.padEnd(11)}${text}`;
}

/** Most columns that are kept for the keys of a table. */
const KEY_COLUMNS = 40;

function tableOf(
  title: string,
  rows: readonly (readonly [string, string])[],
  { most, columnsOf }: { readonly most: number; readonly columnsOf: (text: string) => number },
): string[] {
  if (rows.length === 0) return [];
  const shown = rows.slice(0, most).map(([key, text]) => [shorten(key), printable(text)] as const);
  const width = Math.min(KEY_COLUMNS, Math.max(...shown.map(([key]) => columnsOf(key))));
  const pad = (key: string): string => key + ' '.repeat(Math.max(0, width - columnsOf(key)));
  return [
    `  ${title}`,
    ...shown.map(([key, text]) => `    ${pad(key)}  ${text}`.trimEnd()),
    ...(rows.length > most ? [`    … and ${rows.length - most} more`] : []),
  ];
}

function shorten(text: string): string {
  return printable(text.length > VALUE_SHOWN ? `${text.slice(0, VALUE_SHOWN)}… (${text.length} characters)` : text);
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function count({ tensors, parameters }: Count): string {
  return group(`${counted(tensors, 'tensor')}, ${counted(parameters, 'parameter')}`);
}

/** The digits of numbers in threes; the machine's own language must not change what is written. */
function group(text: string): string {
  return text.replace(/(?<=\d)(?=(?:\d{3})+(?!\d))/g, ',');
}

function share(part: number, whole: number): string {
  return `${whole === 0 ? 0 : Math.round((1000 * part) / whole) / 10} %`;
}

function size(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${power === 0 ? bytes : (bytes / 1000 ** power).toFixed(1)} ${units[power]}`;
}
