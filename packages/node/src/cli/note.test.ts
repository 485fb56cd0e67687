import { describe, expect, test } from 'vitest';
import { tellNote } from './note.ts';

function told(given: { readonly json?: boolean; readonly quiet?: boolean }): { events: unknown[]; errs: string[] } {
  const [events, errs]: [unknown[], string[]] = [[], []];
  const terminal = { json: false, quiet: false, ...given };
  tellNote('a\u001b', { ...terminal, event: (one) => events.push(one), err: (text) => errs.push(text) });
  return { events, errs };
}
const EVENT = { event: 'note', message: 'a\u001b' };

describe('a note', () => {
  test('is a line for people, without what would move their cursor', () => {
    const { errs } = told({});
    expect(errs).toEqual([expect.stringMatching(/^Note: a[^\u001b]*\n$/)]);
  });

  test.each([{ json: true }, { quiet: true }])('is an event alone with %o', (given) => {
    expect(told(given)).toEqual({ events: [EVENT], errs: [] });
  });
});
