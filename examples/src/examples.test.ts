import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readImageText } from '@graft/core/formats';
import { imageCodec } from '@graft/node';
import { afterAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'graft-examples-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a compiled example as its first line says. */
function run(name: string, ...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const script = join(root, 'examples', 'dist', `${name}.js`);
  return spawnSync(process.execPath, [script, ...args], { cwd: folder, encoding: 'utf8' });
}

describe('the examples', () => {
  test('are these', () => {
    const files = readdirSync(join(root, 'examples', 'src')).filter((file) => !file.endsWith('.test.ts'));
    expect(files).toEqual(['family-grid.ts', 'generate.ts', 'inspect.ts', 'tokens.ts']);
  });

  test('tokens shows chunks, tokens and weights', () => {
    const { status, stdout, stderr } = run('tokens', 'a (red:1.3) fox BREAK snow');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.split('\n').map((line) => line.trim().split(/\s+/))).toEqual([
      ['76', 'tokens', 'in', '2', 'chunks', 'of', '77'],
      ['chunk', '1'],
      ['320', 'a</w>', '1'],
      ['736', 'red</w>', '1.3'],
      ['3240', 'fox</w>', '1'],
      ['chunk', '2'],
      ['2583', 'snow</w>', '1'],
      [''],
    ]);
  });

  test('inspect tells what the bundled checkpoint is', () => {
    const { status, stdout } = run('inspect', join(root, 'models', 'Stable-diffusion', 'stickers.safetensors'));
    expect(status).toBe(0);
    expect(stdout).toMatch(/kind +SD1 checkpoint/);
  });

  test('inspect says what is wrong with a file', () => {
    const { status, stderr } = run('inspect', join(root, 'package.json'));
    expect(status).toBe(1);
    expect(stderr).toContain('package.json');
  });

  test('generate draws a picture that carries its infotext', async () => {
    const { status, stdout } = run('generate', 'a fox', 'fox.png', '2');
    expect(status).toBe(0);
    const bytes = readFileSync(join(folder, 'fox.png'));
    const { width, height, data } = await imageCodec().decode(bytes);
    expect([width, height]).toEqual([128, 128]);
    expect(new Set(data).size).toBeGreaterThan(16);
    expect(stdout).toContain(readImageText(bytes).infotext);
  });

  test('family-grid draws without and with adapters', async () => {
    const { status, stdout, stderr } = run('family-grid', 'families.png', '64', 'lora', 'ia3');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const moved = stdout.split('\n').flatMap((line) => /moved by ([\d.]+)/.exec(line)?.[1] ?? []);
    expect(moved.map((mean) => Number(mean) > 0.5)).toEqual([false, true, true]);
    const { width, height } = await imageCodec().decode(readFileSync(join(folder, 'families.png')));
    expect(width).toBeGreaterThan(3 * 64);
    expect(height).toBeGreaterThan(2 * 64);
  }, 60_000);
});
