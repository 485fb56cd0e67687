import { FormatError, RequestError, SdError } from '@graft/core/errors';
import { expect, test } from 'vitest';
import { EXIT_CODES, exitCode, renderError, reportError, tellError } from './exit.ts';

test.each([
  [2, new RequestError('steps', 'is wrong')],
  [3, new FormatError('truncated', 'a.bin', 'ends early')],
  [4, new SdError('file', 'is gone', { at: 'a.bin' })],
  [5, new SdError('memory', 'is short')],
  [130, new SdError('aborted', 'stopped')],
  [1, new TypeError('x is not a function')],
  [1, 'a text'],
])('exit code %d', (code, error) => {
  expect(exitCode(error)).toBe(code);
  expect(EXIT_CODES.map(([one]) => one)).toContain(code);
});

test('fields are told as the user wrote them', () => {
  const error = new RequestError('steps', '0 is not between 1 and 1000', { hint: 'Give more.' });
  const report = reportError(error, (field) => `--${field}`);
  expect(report).toEqual({ code: 'request', message: '--steps: 0 is not between 1 and 1000', hint: 'Give more.' });
  expect(renderError(report)).toBe('graft: --steps: 0 is not between 1 and 1000\n  Give more.\n');
});

test('what files say cannot command the terminal', () => {
  const error = new FormatError('unsupported', 'a\u001b[2Jb', 'is\nwrong');
  expect(renderError(reportError(error))).toBe('graft: a\\x1b[2Jb: is\\x0awrong\n');
});

test('an error of a file that has nothing to advise gets what its fault asks for', () => {
  const hint = (error: SdError): unknown => reportError(error).hint;
  expect(hint(new FormatError('truncated', 'a.bin', 'ends early'))).toMatch(/get it again/);
  expect(hint(new FormatError('truncated', 'a.bin', 'ends early', { hint: 'Own.' }))).toBe('Own.');
  expect(hint(new FormatError('too-large', 'a.bin', 'is large'))).toBeUndefined();
});

test('a fault of the program is called so', () => {
  expect(reportError(new TypeError('x'))).toMatchObject({ code: 'internal', hint: expect.any(String) as unknown });
});

test('an error is told to people and to programs, an end that was asked for to programs', () => {
  const told: unknown[] = [];
  const terminal = { err: (text: string) => told.push(text), event: (event: unknown) => told.push(event) };
  const error = new FormatError('truncated', 'a.bin', 'ends early', { hint: 'Own.' });
  expect(tellError(error, terminal, { more: { path: 'x/a.bin' } })).toBe(3);
  const message = 'a.bin: ends early';
  expect(told.splice(0)).toEqual([
    { event: 'error', path: 'x/a.bin', code: 'format', message, hint: 'Own.', exitCode: 3 },
    `graft: ${message}\n  Own.\n`,
  ]);
  expect(tellError(new SdError('aborted', 'stopped'), terminal)).toBe(130);
  expect(told).toMatchObject([{ event: 'error', hint: null, exitCode: 130 }]);
});
