/** A value as infotext writes it: JSON (letters kept) when it holds a comma, a colon or a line break, else as it is. */
export function quoteValue(text: string): string {
  return /[,:\n]/.test(text) ? JSON.stringify(text) : text;
}

/** A value without the quotes that `quoteValue` put around it; what is not a JSON text stays as it is. */
export function unquoteValue(text: string): string {
  if (!text.startsWith('"') || !text.endsWith('"')) return text;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? value : text;
  } catch {
    return text;
  }
}
