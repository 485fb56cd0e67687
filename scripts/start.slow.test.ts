import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'graft-start-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** `npm start`, as the README says it. Gives the exit status and what it wrote. */
function start(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync('npm', ['start', '--silent', '--', ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, GRAFT_CACHE: join(folder, 'cache') },
    shell: process.platform === 'win32',
  });
}

const picture = (name: string): Buffer => readFileSync(join(folder, name));

describe('npm start', () => {
  test('draws the same picture with an empty cache, with a full one, and from the picture', () => {
    const options = ['--steps', '4', '--seed', '5'];
    const drawn = ['cold.png', 'warm.png'].map((name) =>
      start('generate', 'a cat on a blue background', ...options, '-o', join(folder, name)),
    );
    drawn.push(start('generate', '--from', join(folder, 'cold.png'), '-o', join(folder, 'again.png')));
    expect(drawn.map(({ status }) => status)).toEqual([0, 0, 0]);
    expect(readdirSync(join(folder, 'cache', 'weights')).length).toBeGreaterThan(0);
    expect(picture('warm.png').equals(picture('cold.png'))).toBe(true);
    expect(picture('again.png').equals(picture('cold.png'))).toBe(true);
  });

  test('draws the same picture whatever is drawn before it', () => {
    const { status } = start(
      ...['generate', 'a cat on a blue background', '--steps', '4', '--seed', '4', '--count', '2'],
      ...['-o', join(folder, 'two.png')],
    );
    expect(status).toBe(0);
    const [, second = ''] = readdirSync(folder).filter((name) => name.startsWith('two'));
    expect(picture(second).equals(picture('cold.png'))).toBe(true);
  });

  test('with little memory writes nothing to the cache', () => {
    rmSync(join(folder, 'cache'), { recursive: true });
    const { status } = start('generate', 'a fox', '--steps', '1', '--low-memory', '-o', join(folder, 'low.png'));
    expect(status).toBe(0);
    expect(readdirSync(join(folder, 'cache'))).not.toContain('weights');
  });

  test('says what is wrong and what to do', () => {
    const { status, stdout, stderr } = start('generate', 'a cat', '--sampler', 'Eulr a');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('Euler a');
  });
});
