import { RequestError } from '../../errors/index.ts';
import { readCsv } from '../../text/index.ts';

/** What the values of an axis are. */
export type ValueType = 'text' | 'number' | 'whole' | 'flag';

/** Most values of one axis. */
export const MOST_VALUES = 1000;

const NUMBER = String.raw`[+-]?\d{1,20}(?:\.\d{1,20})?`;
/** `1..3`, `0..1 step 0.25`. */
const RANGE = new RegExp(`^(${NUMBER})\\s*\\.\\.\\s*(${NUMBER})(?:\\s+step\\s+(${NUMBER}))?$`, 'i');
/** A1111's `1-3`, `1-3 (+1)`, `10-5 (-1)`, `1-10 [5]`. */
const WEBUI = new RegExp(
  `^(${NUMBER})\\s*-\\s*(${NUMBER})(?:\\s*\\(\\s*(${NUMBER})\\s*\\)|\\s*\\[\\s*(\\d{1,6})\\s*\\])?$`,
);

/**
 * The values of an axis: a list with commas, of which one may stand in quotes to hold commas itself. Among numbers may be ranges:
 * `1..3`, `0..1 step 0.25`, or as the webui's X/Y/Z plot writes them: `1-3`, `1-3 (+1)`, `1-10 [5]` (so many evenly). Ends belong to ranges;
 * a step that does not reach one stops before it. Throws RequestError under `axis`.
 */
export function readValues(text: string, type: ValueType, axis: string): string[] {
  const items = (readCsv(text.replace(/[\r\n]+/g, ' '))[0] ?? []).map((item) => item.trim());
  const values = items.flatMap((item) =>
    type === 'number' || type === 'whole'
      ? readNumbers(item, type, axis)
      : [type === 'flag' ? readFlag(item, axis) : item],
  );
  if (items.length === 0 || ((type === 'number' || type === 'whole') && values.length === 0))
    throw new RequestError(axis, 'has no values', { hint: 'Write them behind the colon, such as "seed: 1, 2, 3".' });
  if (values.length > MOST_VALUES) throw tooMany(axis);
  return values;
}

function readNumbers(item: string, type: 'number' | 'whole', axis: string): string[] {
  if (item === '') return [];
  if (new RegExp(`^${NUMBER}$`).test(item) || /^[+-]?(\.\d{1,20}|\d{1,20}\.|\d{1,20}e-?\d{1,3})$/i.test(item))
    return [item];
  const range = RANGE.exec(item) ?? WEBUI.exec(item);
  if (!range) {
    throw new RequestError(axis, `"${item.slice(0, 60)}" is neither a number nor a range`, {
      hint: 'Write numbers, or ranges such as 1..3 or "0..1 step 0.25".',
    });
  }
  const [, from = '', to = '', step, count] = range;
  // Seeds are exact beyond 2⁵³ only as big integers.
  if (type === 'whole' && count === undefined && [from, to, step ?? ''].every((part) => !part.includes('.'))) {
    return wholeRange(
      BigInt(plain(from)),
      BigInt(plain(to)),
      step === undefined ? undefined : BigInt(plain(step)),
      axis,
    );
  }
  const [start, end] = [Number(from), Number(to)];
  if (count !== undefined) return evenly(start, end, { count: Number(count), type, axis });
  const size = step === undefined ? Math.sign(end - start) || 1 : Number(step);
  checkStep(size, end - start, axis);
  const places = Math.max(...[from, to, step ?? ''].map((part) => part.split('.')[1]?.length ?? 0));
  const length = Math.floor((end - start) / size + 1e-9) + 1;
  checkLength(length, axis);
  return Array.from({ length }, (_, i) => shorten(start + i * size, places));
}

/** Without the plus, which BigInt does not read. */
function plain(number: string): string {
  return number.replace(/^\+/, '');
}

function wholeRange(from: bigint, to: bigint, step: bigint | undefined, axis: string): string[] {
  const size = step ?? (to < from ? -1n : 1n);
  checkStep(Number(size), Number(to - from), axis);
  const length = Number((to - from) / size) + 1;
  checkLength(length, axis);
  return Array.from({ length }, (_, i) => String(from + BigInt(i) * size));
}

/** A1111's `[n]`: from start to end in n values; whole ones are cut. */
function evenly(
  start: number,
  end: number,
  { count, type, axis }: { readonly count: number; readonly type: ValueType; readonly axis: string },
): string[] {
  checkLength(count, axis);
  return Array.from({ length: count }, (_, i) => {
    const value = count === 1 ? start : start + ((end - start) * i) / (count - 1);
    return type === 'whole' ? String(Math.trunc(value)) : shorten(value, 6);
  });
}

function checkStep(step: number, way: number, axis: string): void {
  if (step !== 0 && (way === 0 || Math.sign(step) === Math.sign(way))) return;
  throw new RequestError(axis, `a step of ${step} never gets there`, { hint: 'Give a step towards the end.' });
}

function checkLength(length: number, axis: string): void {
  if (length <= MOST_VALUES && length > 0) return;
  throw length > 0
    ? tooMany(axis)
    : new RequestError(axis, 'has no values', { hint: 'Write a range that holds some.' });
}

function tooMany(axis: string): RequestError {
  return new RequestError(axis, `has more than ${MOST_VALUES} values`, { hint: 'Give fewer, or a larger step.' });
}

function shorten(value: number, places: number): string {
  return String(Number(value.toFixed(Math.min(places, 12))));
}

const FLAGS: ReadonlyMap<string, string> = new Map([
  ...['true', 'yes', 'on', '1'].map((word) => [word, 'true'] as const),
  ...['false', 'no', 'off', '0'].map((word) => [word, 'false'] as const),
]);

function readFlag(item: string, axis: string): string {
  const flag = FLAGS.get(item.toLowerCase());
  if (flag !== undefined) return flag;
  throw new RequestError(axis, `"${item.slice(0, 60)}" is neither true nor false`, { hint: 'Write "true, false".' });
}
