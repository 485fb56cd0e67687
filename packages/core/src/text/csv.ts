/**
 * Rows of comma-separated text as Python's csv module reads them with `skipinitialspace`: spaces after a comma are
 * dropped, a field that starts with `"` ends at the next single `"` (two stand for one) and may hold line breaks, and
 * what follows the closing quote is kept. Empty lines give no row.
 */
export function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let at = 0;
  while (at < text.length) {
    const row: string[] = [];
    const start = at;
    for (;;) {
      while (text[at] === ' ') at++;
      const [field, end] = readField(text, at);
      row.push(field);
      at = end;
      if (text[at] !== ',') break;
      at++;
    }
    if (row.length > 1 || row[0] !== '' || at > start) rows.push(row);
    if (text[at] === '\r' && text[at + 1] === '\n') at += 2;
    else at++;
  }
  return rows;
}

/** The field at `at` and the index of the comma, line break or end after it. */
function readField(text: string, at: number): [string, number] {
  const parts: string[] = [];
  let from = at;
  if (text[at] === '"') {
    from = at + 1;
    for (;;) {
      const quote = text.indexOf('"', from);
      if (quote < 0) return [parts.join('') + text.slice(from), text.length];
      parts.push(text.slice(from, quote));
      from = quote + 1;
      if (text[from] !== '"') break;
      parts.push('"');
      from++;
    }
  }
  let end = from;
  while (end < text.length && text[end] !== ',' && text[end] !== '\n' && text[end] !== '\r') end++;
  parts.push(text.slice(from, end));
  return [parts.join(''), end];
}
