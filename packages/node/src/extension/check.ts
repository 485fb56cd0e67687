import { RequestError } from '@graft/core/errors';
import { printable } from '@graft/core/formats';
import { EXTENSION_API, type GraftExtension } from './extension.ts';

type Fields = Readonly<Record<string, unknown>>;
/** What a field must be, in words, and whether it is. */
type Rule = readonly [what: string, is: (value: unknown) => boolean];

const isText = (value: unknown): boolean => typeof value === 'string' && value.trim() !== '';
const isList = (value: unknown, item: (value: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every((one) => item(one));

const TEXT: Rule = ['a text', isText];
const TEXTS: Rule = ['a list of texts', (value) => isList(value, isText)];
/** Empty ones are empty lines. */
const LINES: Rule = ['a list of texts', (value) => isList(value, (line) => typeof line === 'string')];
const TEXTS_OR_NONE: Rule = ['a list of texts, or absent', (value) => value === undefined || isList(value, isText)];
const NUMBER: Rule = ['a number', (value) => typeof value === 'number' && Number.isFinite(value)];
const FUNCTION: Rule = ['a function', (value) => typeof value === 'function'];
const FUNCTION_OR_NONE: Rule = ['a function, or absent', (value) => value === undefined || typeof value === 'function'];
const STEPS: Rule = ['"sigma" or "timestep"', (value) => value === 'sigma' || value === 'timestep'];
const OPTIONS: Rule = [
  'a list of groups of options',
  (value) => isList(value, (group) => isRecord(group) && isText(group['title']) && isList(group['options'], isOption)),
];

/** What is added, and the fields that each must have. */
const KINDS: Readonly<Record<'families' | 'samplers' | 'schedulers' | 'commands', Readonly<Record<string, Rule>>>> = {
  families: { name: TEXT, parts: TEXTS_OR_NONE, detect: FUNCTION, open: FUNCTION },
  samplers: { name: TEXT, aliases: TEXTS, parameters: TEXTS, family: STEPS, sample: FUNCTION },
  schedulers: { name: TEXT, label: TEXT, aliases: TEXTS, defaultRho: NUMBER, sigmas: FUNCTION_OR_NONE },
  commands: {
    name: TEXT,
    summary: TEXT,
    usage: LINES,
    details: LINES,
    examples: LINES,
    options: OPTIONS,
    run: FUNCTION,
  },
};

function isOption(value: unknown): boolean {
  return isRecord(value) && isText(value['name']) && isText(value['help']);
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * A value as an extension. `source`: how the user named it.
 * Throws RequestError `extension` for another version of the interface, and for what has not its shape: it says which field.
 */
export function checkExtension(value: unknown, source: string): GraftExtension {
  if (!isRecord(value)) throw wrong(source, 'exports no object called extension');
  const { apiVersion, name } = value;
  if (apiVersion !== EXTENSION_API) {
    throw new RequestError(
      'extension',
      `${printable(source)} is written for version ${printable(String(apiVersion))} of the interface, and this Graft has version ${EXTENSION_API}`,
      { hint: 'Use the version of the extension that fits this Graft.' },
    );
  }
  if (!isText(name)) throw wrong(source, 'has no name');
  const unknown = Object.keys(value).find((key) => key !== 'apiVersion' && key !== 'name' && !(key in KINDS));
  if (unknown !== undefined) throw wrong(source, `adds "${printable(unknown)}", which is nothing that can be added`);
  for (const [kind, rules] of Object.entries(KINDS)) {
    const list = value[kind] ?? [];
    if (!Array.isArray(list)) throw wrong(source, `has ${kind} that are no list`);
    for (const [i, item] of list.entries()) checkItem(item, rules, `${kind}[${i}]`, source);
  }
  return value as unknown as GraftExtension;
}

function checkItem(item: unknown, rules: Readonly<Record<string, Rule>>, place: string, source: string): void {
  if (!isRecord(item)) throw wrong(source, `has ${place} that is no object`);
  for (const [field, [what, is]] of Object.entries(rules))
    if (!is(item[field])) throw wrong(source, `has ${place}.${field} that is not ${what}`);
}

function wrong(source: string, what: string): RequestError {
  return new RequestError('extension', `${printable(source)} is no extension: it ${what}`, {
    hint: 'See docs/extensions.md for what an extension must have.',
  });
}
