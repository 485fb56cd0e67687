import { RequestError } from '../errors/index.ts';

/** How one field of a record from outside is read. */
export type Field<T> =
  | { readonly type: 'text'; readonly default: T & (string | null) }
  | { readonly type: 'flag'; readonly default: T & boolean }
  | {
      readonly type: 'whole' | 'number';
      readonly default: T & (number | null);
      readonly min: number;
      readonly max: number;
    }
  | { readonly type: 'choice'; readonly default: T & string; readonly choices: readonly (T & string)[] }
  | { readonly type: 'texts'; readonly default: T & readonly string[] };

export type FieldType = Field<unknown>['type'];

/** How all fields of `T` are read. */
export type FieldTable<T> = { readonly [K in keyof T]: Field<T[K]> };

/** Longest text of a field: a prompt of a novel's length is a mistake. */
const TEXT_LIMIT = 1_000_000;

/**
 * Reads the fields of a table out of a record; null and absent mean the default, unknown fields are ignored.
 * Numbers may be written as text, as forms send them. `prefix` is put before names in messages.
 * Throws RequestError with the field's name.
 */
export function readFields<T>(table: FieldTable<T>, given: Readonly<Record<string, unknown>>, prefix = ''): T {
  const entries = Object.entries<Field<unknown>>(table);
  return Object.fromEntries(
    entries.map(([name, field]) => {
      const value = Object.hasOwn(given, name) ? given[name] : undefined;
      return [name, value === undefined || value === null ? field.default : readField(field, value, prefix + name)];
    }),
  ) as T;
}

function readField(field: Field<unknown>, value: unknown, name: string): unknown {
  switch (field.type) {
    case 'text':
      if (typeof value !== 'string') throw wrong(name, 'a text', value);
      if (value.length > TEXT_LIMIT) throw new RequestError(name, `is longer than ${TEXT_LIMIT} characters`);
      return value;
    case 'flag':
      if (typeof value === 'boolean') return value;
      if (value === 0 || value === 1) return value === 1;
      throw wrong(name, 'true or false', value);
    case 'choice':
      if (typeof value === 'string' && field.choices.includes(value)) return value;
      throw wrong(name, `one of ${field.choices.join(', ')}`, value);
    case 'texts':
      if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
      throw wrong(name, 'a list of texts', value);
    default:
      return readNumber(field, value, name);
  }
}

function readNumber(
  { type, min, max }: { readonly type: 'whole' | 'number'; readonly min: number; readonly max: number },
  value: unknown,
  name: string,
): number {
  const isText = typeof value === 'string' && value.trim() !== '';
  // Whole numbers beyond 2⁵³ come as big integers out of JSON; they are out of every range.
  const number = isText || typeof value === 'bigint' ? Number(value) : value;
  const isNumber = typeof number === 'number' && !Number.isNaN(number);
  if (!isNumber || (type === 'whole' && !Number.isInteger(number))) {
    const kind = type === 'whole' ? 'a whole number' : 'a number';
    throw wrong(name, kind, value, `Give ${kind} between ${min} and ${max}.`);
  }
  if (number < min || number > max) throw new RequestError(name, `${number} is not between ${min} and ${max}`);
  return number;
}

function wrong(name: string, wanted: string, value: unknown, hint?: string): RequestError {
  const shown = show(value);
  const short = shown.length > 60 ? `${shown.slice(0, 57)}…` : shown;
  return new RequestError(name, `expected ${wanted}, got ${short}`, { hint });
}

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  return Array.isArray(value) ? 'a list' : 'an object';
}
