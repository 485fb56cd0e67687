import { RequestError } from '../../errors/index.ts';
import type { GenerateRequest } from '../request.ts';
import { axisLabel, isNothing, type Axis } from './axis.ts';
import { hasTags, withStrength } from './strength.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The body of a request, as `readRequest` takes it, with its settings. */
export type CompareBody = Fields & { readonly override_settings: Fields };

export type Direction = 'x' | 'y' | 'z';

export interface Comparison {
  readonly kind: GenerateRequest['kind'];
  readonly body: CompareBody;
  /** Texts behind the prompt to compare with none, or with each other; tags of networks mostly. */
  readonly tags?: readonly string[];
  readonly axes: Readonly<Partial<Record<Direction, Axis>>>;
  /** Along which axis pictures are compared: each with the first on it. Absent: that of the networks or their strength, else x. */
  readonly reference?: Direction | 'first' | undefined;
}

/** One picture of a comparison. */
export interface Cell {
  /** Column, row and page. */
  readonly x: number;
  readonly y: number;
  readonly z: number;
  /** What stands beside it, axis by axis; those without an axis are left out. */
  readonly labels: readonly string[];
  /** Place in the list of the cell that it is measured against; its own, if it is one. */
  readonly reference: number;
  readonly body: CompareBody;
}

export interface Cells {
  /** Labels of columns, rows and pages: one that is empty where there is no axis. */
  readonly columns: readonly string[];
  readonly rows: readonly string[];
  readonly pages: readonly string[];
  /** Column by column, row by row, page by page. */
  readonly cells: readonly Cell[];
}

/** Most pictures of a comparison. */
export const MOST_CELLS = 1000;

const DIRECTIONS = ['x', 'y', 'z'] as const;

/** Texts of a cell: the prompt, the negative one, those of a second pass, what stands behind the prompts. */
interface Texts {
  readonly prompt: string;
  readonly negative: string;
  readonly second: string;
  readonly secondNegative: string;
  readonly behind: string;
}

type PromptEdit = (texts: Texts) => Texts;

/** What the axes say of one cell, before it is put together. */
interface Draft {
  body: Record<string, unknown>;
  settings: Record<string, unknown>;
  tags: string;
  strength: string | undefined;
  /** Changes of the prompts, in the order of the axes. */
  edits: PromptEdit[];
}

/**
 * All requests of a comparison. `tags` stand on the first free axis, with a cell without them first, unless an axis has their strengths.
 * A strength goes to the tags behind the prompts, or where no cell has any to those in the prompts. Throws RequestError under the axis' option.
 */
export function compareCells(comparison: Comparison): Cells {
  const { body, tags = [] } = comparison;
  checkDistinct(comparison.axes);
  const { axes, always } = placeTags(comparison.axes, tags);
  const list = DIRECTIONS.map((direction) => axes[direction]);
  const [nx = 1, ny = 1, nz = 1] = list.map((axis) => axis?.values.length ?? 1);
  if (nx * ny * nz > MOST_CELLS)
    throw new RequestError(list.findLast((axis) => axis)?.option ?? '--x', `${nx * ny * nz} pictures are too many`, {
      hint: `A comparison has at most ${MOST_CELLS}.`,
    });
  const reference = referenceOf(comparison.reference, axes);
  const places = Array.from({ length: nx * ny * nz }, (_, index) => {
    const place = { x: index % nx, y: Math.floor(index / nx) % ny, z: Math.floor(index / (nx * ny)) };
    const draft: Draft = {
      body: { ...body },
      settings: { ...body.override_settings },
      tags: always,
      strength: undefined,
      edits: [],
    };
    const labels: string[] = [];
    for (const direction of DIRECTIONS) {
      const axis = axes[direction];
      if (!axis) continue;
      const value = axis.values[place[direction]]!;
      change(draft, axis, value);
      labels.push(axisLabel(axis, value));
    }
    const from = reference === 'first' ? { x: 0, y: 0, z: 0 } : { ...place, [reference]: 0 };
    return { ...place, labels, reference: from.x + nx * (from.y + ny * from.z), draft, texts: textsOf(draft) };
  });
  const changed = strengthened(
    places.map(({ texts }) => texts),
    axes,
  );
  const cells = places.map(({ draft, texts, ...place }): Cell => ({
    ...place,
    body: finish(draft, withStrengths(texts, draft, changed)),
  }));
  const [columns, rows, pages] = list.map((axis) => axis?.values.map((value) => axisLabel(axis, value)) ?? ['']);
  return { columns: columns!, rows: rows!, pages: pages!, cells };
}

/** Throws RequestError where two axes give one thing its value: the later would take back what the other did. */
function checkDistinct(axes: Comparison['axes']): void {
  const seen = new Map<string, Axis>();
  for (const axis of DIRECTIONS.map((direction) => axes[direction]).filter((one) => one !== undefined))
    for (const own of changedBy(axis)) {
      const other = seen.get(own);
      if (other)
        throw new RequestError(axis.option, `"${axis.name}" changes what ${other.option} changes`, {
          hint: 'Put all its values on one axis.',
        });
      seen.set(own, axis);
    }
}

/** What has one value in a cell. Texts may be replaced and moved along several axes, and to a list each may add. */
function changedBy({ target }: Axis): readonly string[] {
  if (target.kind === 'size') return ['field width', 'field height'];
  if (target.kind === 'replace' || target.kind === 'order') return [];
  if (!('name' in target)) return [target.kind];
  return target.list === true ? [] : [`${target.kind} ${target.name}`];
}

/** Gives the tags an axis, if there is one to give: what then stands behind every prompt is `always`. */
function placeTags(
  axes: Comparison['axes'],
  tags: readonly string[],
): { readonly axes: Comparison['axes']; readonly always: string } {
  const has = (kind: Axis['target']['kind']): boolean => DIRECTIONS.some((one) => axes[one]?.target.kind === kind);
  const twice = has('with') && tags.length > 0;
  if (twice)
    throw new RequestError('--with', 'does not go with an axis of networks', {
      hint: 'Write its tags into the values of that axis.',
    });
  const strength = has('strength');
  if (tags.length === 0 || (strength && tags.length === 1)) return { axes, always: tags[0] ?? '' };
  const free = DIRECTIONS.find((one) => !axes[one]);
  if (!free) throw new RequestError('--with', 'needs an axis, and all three are taken');
  const values = strength ? tags : ['', ...tags];
  return {
    axes: { ...axes, [free]: { option: '--with', name: 'with', target: { kind: 'with' }, values } },
    always: '',
  };
}

function referenceOf(wish: Comparison['reference'], axes: Comparison['axes']): Direction | 'first' {
  if (wish !== undefined && wish !== 'first' && !axes[wish]) {
    throw new RequestError('--reference', `nothing changes along ${wish}`, {
      hint: `Choose ${[...DIRECTIONS.filter((one) => axes[one]), 'first'].join(' or ')}.`,
    });
  }
  if (wish !== undefined) return wish;
  const of = (kind: Axis['target']['kind']): Direction | undefined =>
    DIRECTIONS.find((one) => axes[one]?.target.kind === kind);
  return of('strength') ?? of('with') ?? DIRECTIONS.find((one) => axes[one]) ?? 'x';
}

function change(draft: Draft, axis: Axis, value: string): void {
  const { target, option } = axis;
  switch (target.kind) {
    case 'field':
    case 'setting': {
      const values = target.kind === 'field' ? draft.body : draft.settings;
      const { [target.name]: own } = values;
      // As in the webui, what a list gets comes to what is in it.
      const list = (): unknown[] => [
        ...(Array.isArray(own) ? (own as unknown[]) : []),
        ...value.split(',').filter(Boolean),
      ];
      values[target.name] = target.type === 'flag' ? value === 'true' : target.list === true ? list() : value;
      return;
    }
    case 'size': {
      const [, width, height] = /^(\d{1,6})\s*[x×]\s*(\d{1,6})$/i.exec(value) ?? [];
      if (width === undefined || height === undefined)
        throw new RequestError(option, `"${value}" is no size`, { hint: 'Write sizes such as 512x768.' });
      Object.assign(draft.body, { width, height });
      return;
    }
    case 'replace':
      draft.edits.push(replaced(axis.values[0]!, value, option));
      return;
    case 'order':
      draft.edits.push(ordered(target.orders.get(value)!, option));
      return;
    case 'with':
      draft.tags = isNothing(value) ? '' : option === '--with' || /[<\s]/.test(value) ? value : `<lora:${value}:1>`;
      return;
    case 'strength':
      draft.strength = value;
  }
}

/** One text in the place of another, in all prompts. */
function replaced(from: string, to: string, option: string): PromptEdit {
  return (texts) => {
    const { prompt, negative, behind } = texts;
    if (from === '' || ![prompt, negative, behind].some((text) => text.includes(from)))
      throw new RequestError(option, `"${from}" is not in the prompt`, {
        hint: 'The first value is the text that the others replace.',
      });
    const replace = (text: string): string => text.replaceAll(from, () => to);
    return {
      prompt: replace(prompt),
      negative: replace(negative),
      second: replace(texts.second),
      secondNegative: replace(texts.secondNegative),
      behind: replace(behind),
    };
  };
}

/** Texts of the prompt change places: where the first of them stood stands the first of the order, and so on. */
function ordered(order: readonly string[], option: string): PromptEdit {
  return (texts) => {
    const missing = order.find((text) => text === '' || !texts.prompt.includes(text));
    if (missing !== undefined)
      throw new RequestError(option, `"${missing}" is not in the prompt`, {
        hint: 'The values are texts of the prompt, which change places.',
      });
    const found = order.toSorted((a, b) => texts.prompt.indexOf(a) - texts.prompt.indexOf(b));
    let [prompt, rest] = ['', texts.prompt];
    for (const [i, text] of found.entries()) {
      const at = rest.indexOf(text);
      if (at < 0)
        throw new RequestError(option, `"${text}" overlaps another text of the order`, {
          hint: 'Give texts of the prompt that stand side by side.',
        });
      prompt += rest.slice(0, at) + order[i]!;
      rest = rest.slice(at + text.length);
    }
    return { ...texts, prompt: prompt + rest };
  };
}

/** The texts of a cell, edited. */
function textsOf({ body, tags, edits }: Draft): Texts {
  return edits.reduce<Texts>((before, edit) => edit(before), {
    prompt: textOf(body['prompt']),
    negative: textOf(body['negative_prompt']),
    second: textOf(body['hr_prompt']),
    secondNegative: textOf(body['hr_negative_prompt']),
    behind: tags,
  });
}

/** Texts whose tags get the strengths of an axis: what stands behind the prompts if there are tags, else the prompts. */
type Strengthened = readonly (keyof Texts)[];

/** Throws RequestError under the option of an axis of strengths where no cell has a tag. */
function strengthened(cells: readonly Texts[], axes: Comparison['axes']): Strengthened {
  const axis = DIRECTIONS.map((one) => axes[one]).find((one) => one?.target.kind === 'strength');
  if (!axis) return [];
  for (const names of [['behind'], ['prompt', 'second']] as const)
    if (cells.some((texts) => names.some((name) => hasTags(texts[name])))) return names;
  throw new RequestError(axis.option, 'there is no network whose strength could change', {
    hint: 'Say which with --with "<lora:NAME:1>", or put it into the prompt.',
  });
}

function withStrengths(texts: Texts, { strength }: Draft, names: Strengthened): Texts {
  if (strength === undefined) return texts;
  return { ...texts, ...Object.fromEntries(names.map((name) => [name, withStrength(texts[name], strength)])) };
}

/** Puts the prompts together: what stands behind them comes to each. */
function finish({ body, settings }: Draft, texts: Texts): CompareBody {
  const { prompt, negative, second, secondNegative, behind } = texts;
  const join = (text: string): string => (behind === '' ? text : text === '' ? behind : `${text} ${behind}`);
  return {
    ...body,
    prompt: join(prompt),
    ...(negative === '' ? {} : { negative_prompt: negative }),
    ...(second === '' ? {} : { hr_prompt: join(second) }),
    ...(secondNegative === '' ? {} : { hr_negative_prompt: secondNegative }),
    override_settings: settings,
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
