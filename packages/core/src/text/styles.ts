import { FormatError } from '../errors/index.ts';
import { strip } from './characters.ts';
import { readCsv } from './csv.ts';

/** Texts that are put around or after a prompt. `{prompt}` in one of them stands for the prompt. */
export interface Style {
  readonly name: string;
  readonly prompt: string;
  readonly negative: string;
}

/** The two prompts of a request. */
export interface Prompts {
  readonly prompt: string;
  readonly negative: string;
}

const PLACE = '{prompt}';

/**
 * Styles of a `styles.csv`: columns name, prompt, negative_prompt, or name, text in old files; a row whose name starts
 * with `#` is a comment; the last row of a name counts. Throws FormatError without a name and a prompt column. A1111
 * `modules/styles.py`.
 */
export function readStyles(csv: string, source = 'styles.csv'): Style[] {
  const [header, ...rows] = readCsv(csv.startsWith('\ufeff') ? csv.slice(1) : csv);
  if (header === undefined) return [];
  const name = header.indexOf('name');
  const prompt = header.includes('prompt') ? header.indexOf('prompt') : header.indexOf('text');
  const negative = header.indexOf('negative_prompt');
  if (name < 0 || prompt < 0)
    throw new FormatError('bad-header', source, 'has no columns "name" and "prompt"', {
      hint: 'The first line must be name,prompt,negative_prompt.',
    });
  const styles = new Map<string, Style>();
  for (const row of rows) {
    const key = row[name] ?? '';
    if (key.startsWith('#')) continue;
    styles.set(key, { name: key, prompt: row[prompt] ?? '', negative: row[negative] ?? '' });
  }
  return [...styles.values()];
}

/**
 * Applies styles in order. A name that is not there is a style without texts: it takes away spaces at the ends, no
 * more.
 */
export function applyStyles(prompts: Prompts, names: readonly string[], styles: readonly Style[]): Prompts {
  return names.reduce((now, name) => {
    const style = styles.find((candidate) => candidate.name === name);
    return {
      prompt: merge(style?.prompt ?? '', now.prompt),
      negative: merge(style?.negative ?? '', now.negative),
    };
  }, prompts);
}

/**
 * Takes applied styles out again: as long as some style's two texts are found at the ends of the prompts, the first
 * such style. `names` are in the order in which they had been applied.
 */
export function extractStyles(
  prompts: Prompts,
  styles: readonly Style[],
): Prompts & { readonly names: readonly string[] } {
  const left = styles.filter(({ prompt, negative }) => prompt !== '' || negative !== '');
  const names: string[] = [];
  let { prompt, negative } = prompts;
  for (;;) {
    const at = left.findIndex((style) => {
      const positive = extract(style.prompt, prompt);
      const other = extract(style.negative, negative);
      if (positive === undefined || other === undefined) return false;
      prompt = positive;
      negative = other;
      return true;
    });
    if (at < 0) return { prompt, negative, names: names.reverse() };
    names.push(left.splice(at, 1)[0]!.name);
  }
}

function merge(style: string, prompt: string): string {
  if (style.includes(PLACE)) return style.replaceAll(PLACE, () => prompt);
  return [strip(prompt), strip(style)].filter((part) => part !== '').join(', ');
}

function extract(style: string, prompt: string): string | undefined {
  const text = strip(prompt);
  const wanted = strip(style);
  const place = wanted.indexOf(PLACE);
  if (place >= 0) {
    const left = wanted.slice(0, place);
    const right = wanted.slice(place + PLACE.length);
    return text.startsWith(left) && text.endsWith(right)
      ? text.slice(left.length, text.length - right.length)
      : undefined;
  }
  if (!text.endsWith(wanted)) return undefined;
  const rest = text.slice(0, text.length - wanted.length);
  return rest.endsWith(', ') ? rest.slice(0, -2) : rest;
}
