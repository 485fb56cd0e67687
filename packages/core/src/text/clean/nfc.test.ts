import { expect, test } from 'vitest';
import { MAX_MARKS, composeNfc } from './nfc.ts';

test('composes, and refuses marks without end', () => {
  expect(composeNfc('cafe\u0301')).toBe('café');
  expect(composeNfc(`a${'\u0301'.repeat(MAX_MARKS)}`)).toHaveLength(MAX_MARKS);
  expect(() => composeNfc(`a${'\u0301'.repeat(MAX_MARKS + 1)}`)).toThrowError(
    expect.objectContaining({ code: 'format', fault: 'too-large' }),
  );
});
