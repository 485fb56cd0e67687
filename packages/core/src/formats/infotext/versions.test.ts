import { describe, expect, test } from 'vitest';
import { compareVersions, parseVersion } from './versions.ts';

test('versions are in the order of PEP 440', () => {
  const ordered = [
    '1.0.dev3',
    '1.0a1.dev1',
    '1.0a1',
    '1.0b2',
    'v1.0rc1',
    '1.0',
    '1.0-1',
    '1.0.post2',
    '1.0.1',
    '1.9',
    'v1.10.1',
    '1!0.1',
  ].map((text) => parseVersion(text)!);
  for (const [i, a] of ordered.entries())
    for (const [k, b] of ordered.entries())
      expect(Math.sign(compareVersions(a, b)), `${i} ${k}`).toBe(Math.sign(i - k));
});

test('commits after a version count, their hash does not', () => {
  expect(parseVersion('v1.7.0-226-gdeadbee')).toEqual(parseVersion('1.7.post226'.replace('1.7', '1.7.0')));
  expect(compareVersions(parseVersion('1.7')!, parseVersion('1.7.0')!)).toBe(0);
});

describe('other texts are no versions', () => {
  test.each(['', 'f0.0.17v1.8.0rc-latest', 'None', '1.', '9'.repeat(5000), `${'1.'.repeat(90)}1`])('%j', (text) => {
    expect(parseVersion(text)).toBeUndefined();
  });
  test('none at all', () => expect(parseVersion(undefined)).toBeUndefined());
});
