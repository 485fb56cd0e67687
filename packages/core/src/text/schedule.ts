import { FormatError } from '../errors/index.ts';
import { parseEdits, type Alternation, type Edit } from './edits.ts';

/** Most UTF-16 units that all texts of one schedule may have together. */
export const MAX_SCHEDULE_LENGTH: number = 16 * 1024 * 1024;

export interface ScheduleOptions {
  /** Model calls of the first pass: twice the steps for samplers of second order. */
  readonly steps: number;
  /** Model calls of the hires pass whose schedule is wanted; undefined for the first pass. */
  readonly hiresSteps?: number | undefined;
  /** Old prompt editing timelines: a number below 1 is a share, any other a step, in both passes. */
  readonly old?: boolean | undefined;
}

/** A text and the last step, counted from 1, that it is meant for. */
export interface ScheduleEntry {
  readonly end: number;
  readonly text: string;
}

/**
 * The texts that a prompt with `[from:to:when]` and `[a|b]` stands for over a pass, in order; the last `end` is the
 * number of steps. A prompt that is not of the grammar, or holds no editing, is one entry. Throws FormatError when the
 * texts would be longer than MAX_SCHEDULE_LENGTH together.
 *
 * `when` is the last step of the first text: with a point in it a share of the pass, else a step. In the hires pass
 * shares count from 1 and steps from the end of the first pass. A1111 `modules/prompt_parser.py`.
 */
export function schedule(text: string, options: ScheduleOptions): ScheduleEntry[] {
  const hires = options.old === true ? undefined : options.hiresSteps;
  const steps = hires ?? options.steps;
  const nodes = parseEdits(text);
  if (nodes === undefined || nodes.length === 0) return [{ end: steps, text }];
  const whens = nodes.map((node) => (node.kind === 'edit' ? switchStep(node.when, steps, hires, options) : 0));
  const ends = new Set([steps]);
  for (const [i, node] of nodes.entries()) {
    if (node.kind === 'alternation') for (let step = 1; step <= steps; step++) ends.add(step);
    else if (whens[i]! >= 1) ends.add(whens[i]!);
    if (ends.size === steps) break;
  }
  let length = 0;
  return [...ends]
    .sort((a, b) => a - b)
    .map((end) => {
      const entry = { end, text: textAt(text, nodes, whens, end) };
      length += entry.text.length;
      if (length > MAX_SCHEDULE_LENGTH)
        throw new FormatError(
          'too-large',
          'prompt',
          `editing makes more than ${MAX_SCHEDULE_LENGTH} characters of it`,
          {
            hint: 'Use fewer alternations or a shorter prompt.',
          },
        );
      return entry;
    });
}

/** Whether old prompt editing timelines are others for a prompt. Throws as `schedule` does. */
export function isOlderSchedule(text: string, options: Omit<ScheduleOptions, 'old'>): boolean {
  if (!text.includes('[')) return false;
  const [old, now] = [true, false].map((one) => schedule(text, { ...options, old: one }));
  return JSON.stringify(old) !== JSON.stringify(now);
}

/**
 * The entry that serves model call `call`, counted from 0: the first whose end is not below it. (So an entry that ends
 * at 5 serves six calls.) The first entry, past the end.
 */
export function entryAt(entries: readonly { readonly end: number }[], call: number): number {
  return Math.max(
    0,
    entries.findIndex(({ end }) => call <= end),
  );
}

function switchStep(when: string, steps: number, hires: number | undefined, options: ScheduleOptions): number {
  const value = Number(when);
  if (options.old === true) return Math.min(steps, Math.trunc(value < 1 ? value * steps : value));
  const share = when.includes('.');
  const shift = hires === undefined ? 0 : share ? 1 : options.steps;
  return Math.min(steps, Math.trunc(share ? (value - shift) * steps : value - shift));
}

/** The prompt at one step: ranges still to write are a stack, so nesting costs no recursion. */
function textAt(text: string, nodes: readonly (Edit | Alternation)[], whens: readonly number[], step: number): string {
  const out: string[] = [];
  const ranges: [number, number][] = [[0, text.length]];
  for (let range = ranges.pop(); range !== undefined; range = ranges.pop()) {
    const [from, to] = range;
    const index = firstFrom(nodes, from);
    const node = nodes[index];
    if (node === undefined || node.open >= to) {
      out.push(text.slice(from, to));
      continue;
    }
    out.push(text.slice(from, node.open));
    ranges.push([node.close + 1, to]);
    const [start, end] =
      node.kind === 'alternation'
        ? node.options[(step - 1) % node.options.length]!
        : step <= whens[index]!
          ? node.from
          : node.to;
    ranges.push([start, end]);
  }
  return out.join('');
}

/** Index of the first node that opens at or after `at`. */
function firstFrom(nodes: readonly (Edit | Alternation)[], at: number): number {
  let low = 0;
  let high = nodes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (nodes[middle]!.open < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
