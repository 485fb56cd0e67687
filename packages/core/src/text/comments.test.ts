import { expect, test } from 'vitest';
import { removeComments } from './comments.ts';

test('comments go to the end of their line', () => {
  expect(removeComments('a # b\nc')).toBe('a \nc');
  expect(removeComments('cat\n# whole\ndog')).toBe('cat\ndog');
  expect(removeComments('no comment')).toBe('no comment');
});
