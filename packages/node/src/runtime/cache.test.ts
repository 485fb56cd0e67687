import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { cacheFolder, cacheHint, cacheLimit, cacheRoot, makeRoom, touch } from './cache.ts';

const root = mkdtempSync(join(tmpdir(), 'graft-cache-'));
const folder = join(root, 'weights');
afterAll(() => rmSync(root, { recursive: true }));

/** A file of 100 bytes that was last used so many days ago. */
function file(name: string, days: number): string {
  const path = join(folder, name);
  writeFileSync(path, new Uint8Array(100));
  const then = new Date(Date.now() - days * 86_400_000);
  utimesSync(path, then, then);
  return path;
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('cacheRoot', () => {
  test('is what GRAFT_CACHE says', () => {
    vi.stubEnv('GRAFT_CACHE', root);
    expect(cacheRoot()).toBe(root);
  });

  test.each(['', ' '])('takes variables that are empty (%j) for none', (empty) => {
    for (const name of ['GRAFT_CACHE', 'XDG_CACHE_HOME', 'LOCALAPPDATA']) vi.stubEnv(name, empty);
    expect(cacheRoot().startsWith(homedir())).toBe(true);
  });
});

describe('cacheFolder', () => {
  test('is made where it is wanted', () => {
    expect(cacheFolder(join(root, 'a', 'b'))).toBe(join(root, 'a', 'b', 'weights'));
    expect(existsSync(join(root, 'a', 'b', 'weights'))).toBe(true);
    expect(cacheFolder(join(root, 'a', 'b'))).toBe(join(root, 'a', 'b', 'weights'));
  });

  test.runIf(existsSync('/proc/self'))('where no folder can be made is an error, and no endless wait', () => {
    expect(() => cacheFolder('/proc/graft/a')).toThrowError(expect.objectContaining({ code: 'file' }) as Error);
  });

  test('that cannot be made is a file error, with what to do', () => {
    const path = join(root, 'file');
    writeFileSync(path, '');
    expect(() => cacheFolder(path)).toThrowError(
      expect.objectContaining({
        name: 'SdError',
        code: 'file',
        at: join(path, 'weights'),
        hint: expect.stringContaining('GRAFT_CACHE') as unknown,
      }) as Error,
    );
  });

  test.each([
    ['ENOSPC', 'space'],
    ['EACCES', 'permissions'],
  ])('says what to do by the cause: %s', (code, word) => {
    expect(cacheHint(Object.assign(new Error(code), { code }))).toContain(word);
    expect(cacheHint(new Error('other'))).not.toContain(word);
  });
});

describe('cacheLimit', () => {
  test.each([
    ['1.5', 1.5 * 2 ** 30],
    ['0', 0],
    ['', 32 * 2 ** 30],
  ])('is what GRAFT_CACHE_GB says: %j', (text, bytes) => {
    vi.stubEnv('GRAFT_CACHE_GB', text);
    expect(cacheLimit()).toBe(bytes);
  });

  test.each(['abc', '-1', '32 GB', 'Infinity', 'NaN'])('refuses %j', (text) => {
    vi.stubEnv('GRAFT_CACHE_GB', text);
    expect(() => cacheLimit()).toThrowError(expect.objectContaining({ code: 'request', field: 'GRAFT_CACHE_GB' }));
  });
});

describe('makeRoom', () => {
  beforeEach(() => {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
  });
  const left = (): string[] => readdirSync(folder).sort();

  test('deletes what was used longest ago, and no more than it must', () => {
    for (const [i, name] of ['d', 'a', 'c', 'b'].entries()) file(name, i + 2);
    makeRoom(folder, 100, 500);
    expect(left()).toEqual(['a', 'b', 'c', 'd']);
    makeRoom(folder, 150, 400);
    expect(left()).toEqual(['a', 'd']);
  });

  test('goes by use, not by age', () => {
    const old = file('old', 9);
    file('new', 5);
    touch(old);
    makeRoom(folder, 0, 100);
    expect(left()).toEqual(['old']);
  });

  test('deletes all that is not in use where nothing is to be kept', () => {
    file('a', 2);
    touch(file('b', 2));
    makeRoom(folder, 0, 0);
    expect(left()).toEqual(['b']);
  });

  test('keeps what was used a moment ago, whatever the limit', () => {
    for (const name of ['a', 'b']) touch(file(name, 3));
    file('c', 3);
    makeRoom(folder, 1000, 100);
    expect(left()).toEqual(['a', 'b']);
  });

  test('deletes everything for what does not fit anyway, but no folders', () => {
    file('a', 2);
    mkdirSync(join(folder, 'b'));
    makeRoom(folder, 1000, 100);
    expect(left()).toEqual(['b']);
  });

  test.each([
    ['there is room', 1000, ['whole', 'written.part']],
    ['there is none', 100, ['written.part']],
  ])('keeps what is being written, unless that was given up long ago, where %s', (_, limit, names) => {
    file('written.part', 0.5);
    file('lost.part', 2);
    file('whole', 3);
    makeRoom(folder, 0, limit);
    expect(left()).toEqual(names);
  });
});

test('touching what is not there does nothing', () => {
  expect(() => touch(join(root, 'missing'))).not.toThrow();
});
