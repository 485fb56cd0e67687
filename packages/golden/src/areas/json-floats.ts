import { float } from '@graft/core/formats';

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d+\.\d+(?:[eE][+-]?\d+)?|-?\d{16,}/g;

/**
 * JSON with every number that has a decimal point as `{ float: n }`, since 10.0 and 10 print differently in Python, and
 * with whole numbers that a JavaScript number cannot hold as texts.
 */
export function markFloats(json: string): unknown {
  return JSON.parse(
    json.replace(TOKEN, (token) => {
      if (token.startsWith('"')) return token;
      return token.includes('.') ? JSON.stringify(float(Number(token))) : `"${token}"`;
    }),
  );
}

/** The value with all marks taken away. */
export function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  if (entries.length === 1 && entries[0]![0] === 'float' && typeof entries[0]![1] === 'number') return entries[0]![1];
  return Object.fromEntries(entries.map(([key, inner]) => [key, plain(inner)]));
}
