import { FormatError } from '../errors/index.ts';

/** Stands for a whole number that a JavaScript number cannot hold. Whoever writes it himself gets a big integer, no more. */
const MARK = '\u0000integer';

/** Numbers outside of texts. */
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
/** Whole numbers with fewer digits always fit. */
const LARGE = /\d{16}/;

/**
 * The value of a JSON text. Whole numbers beyond ±2⁵³, such as seeds, become big integers; all others numbers.
 * A byte order mark is passed over. Throws FormatError. `source`: name for messages.
 */
export function parseJson(text: string, source = 'JSON'): unknown {
  const json = text.startsWith('\ufeff') ? text.slice(1) : text;
  try {
    return LARGE.test(json) ? JSON.parse(markIntegers(json), revive) : JSON.parse(json);
  } catch (error) {
    const why = error instanceof SyntaxError ? error.message : 'nested too deep';
    throw new FormatError('bad-header', source, `is not JSON: ${why}`, { hint: 'Correct it there.', cause: error });
  }
}

/** Puts a mark around each large whole number. Texts, which may be pictures of many megabytes, are jumped over. */
function markIntegers(json: string): string {
  const parts: string[] = [];
  for (let from = 0; from < json.length;) {
    const start = indexOrEnd(json, json.indexOf('"', from));
    const end = start === json.length ? start : endOfText(json, start);
    parts.push(json.slice(from, start).replace(NUMBER, markInteger), json.slice(start, end));
    from = end;
  }
  return parts.join('');
}

function markInteger(number: string): string {
  if (!/^-?\d+$/.test(number) || Number.isSafeInteger(Number(number))) return number;
  return JSON.stringify({ [MARK]: number });
}

/** Position behind the text that starts at a quotation mark. */
function endOfText(json: string, start: number): number {
  for (let at = start + 1; ;) {
    const quote = json.indexOf('"', at);
    if (quote < 0) return json.length;
    let slashes = 0;
    while (json[quote - 1 - slashes] === '\\') slashes++;
    if (slashes % 2 === 0) return quote + 1;
    at = quote + 1;
  }
}

function indexOrEnd(json: string, index: number): number {
  return index < 0 ? json.length : index;
}

function revive(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, MARK)) return value;
  const number = (value as Readonly<Record<string, unknown>>)[MARK];
  return typeof number === 'string' && /^-?\d+$/.test(number) ? BigInt(number) : value;
}

/** Plain data as JSON on one line; big integers are written as numbers with all their digits. */
export function stringifyJson(value: unknown): string {
  return write(value) ?? 'null';
}

function write(value: unknown): string | undefined {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => write(item) ?? 'null').join(',')}]`;
  const entries = Object.entries(value).flatMap(([key, item]) => {
    const written = write(item);
    return written === undefined ? [] : [`${JSON.stringify(key)}:${written}`];
  });
  return `{${entries.join(',')}}`;
}
