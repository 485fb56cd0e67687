import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tensor } from '@graft/core/tensor';
import { describe, expect, test } from 'vitest';
import { compareFolder, SMALL } from '../../testing/vitest/compare.ts';
import { MAIN, readEvents } from '../../testing/vitest/graft.ts';
import { writeMadeFile } from '../../testing/vitest/made-file.ts';

const { path, compare } = compareFolder();

describe('graft compare', () => {
  test('gives all cells one seed where none is told', () => {
    const { status, events: told } = compare(...SMALL, '--x', 'cfg: 3, 3');
    expect(status).toBe(0);
    const [first, second] = told.filter(({ event }) => event === 'picture');
    expect(second!['seed']).toBe(first!['seed']);
    expect(told.filter(({ event }) => event === 'cell')[1]).toMatchObject({ mean: 0, max: 0, changed: 0 });
  });

  test.each([
    ['a field', ['--x', 'steps: 2, 0']],
    ['a name', ['--x', 'sampler: Euler, nothing']],
    ['a model', ['--x', 'checkpoint: stickers, nothing']],
    ['a network', ['--with', '<lora:nothing:1>']],
    ['a size', ['--x', 'size: 64x64, 64x60']],
    ['an axis', ['--x', 'nothing: 1']],
  ])('checks %s in every cell before the first is drawn', (_, options) => {
    const { status, events: told } = compare(...SMALL, ...options);
    expect(status).toBe(2);
    expect(told.map(({ event }) => event)).toEqual(['error']);
    expect(readdirSync(path())).toEqual([]);
  });

  test('checks what networks are for in every cell before the first is drawn', async () => {
    const lora = join(path(), 'xl.safetensors');
    const layer = 'lora_te2_text_model_encoder_layers_0_self_attn_q_proj';
    await writeMadeFile(lora, {
      [`${layer}.lora_down.weight`]: tensor([1, 1280]),
      [`${layer}.lora_up.weight`]: tensor([1280, 1]),
    });
    const { status, events: told } = compare(...SMALL, '--with', `<lora:${lora}:1>`);
    expect(status).toBe(3);
    expect(told).toMatchObject([{ event: 'error', message: expect.stringMatching(/SDXL.* SD1$/) as unknown }]);
    expect(readdirSync(path())).toEqual(['xl.safetensors']);
  });

  test('measures what a LoRA does, more with more of it', () => {
    const fixtures = fileURLToPath(new URL('../../../../../fixtures/', import.meta.url));
    const { status, events: told } = compare(
      ...[...SMALL, '--model', join(fixtures, 'models', 'pico.safetensors'), '--seed', '1'],
      ...['--with', `<lora:${join(fixtures, 'whole', 'files', 'lora.safetensors')}:1>`, '--x', 'strength: 0, 0.5, 1'],
    );
    expect(status).toBe(0);
    const means = told.filter(({ event }) => event === 'cell').map(({ mean }) => Number(mean));
    expect(means[1]).toBeGreaterThan(0.1);
    expect(means[2]).toBeGreaterThan(means[1]!);
  });

  test('keeps the cells that are finished when it is stopped', async () => {
    const child = spawn(
      process.execPath,
      [MAIN, 'compare', ...SMALL, '--x', 'steps: 2, 900', '--json', '-o', 'grid.png'],
      {
        cwd: path(),
      },
    );
    let text = '';
    let sent = false;
    child.stdout.on('data', (data: Buffer) => {
      text += data.toString();
      // The second cell is on its way.
      if (sent || !/"iteration":2,/.test(text)) return;
      sent = true;
      child.kill('SIGINT');
    });
    // A process may be told to have ended before the last of what it wrote is read.
    const status = await new Promise((done) => child.on('close', done));
    expect(status).toBe(130);
    expect(readdirSync(path()).sort()).toEqual(['grid-cell-1.png', 'grid.png']);
    const cells = readEvents(text).filter(({ event }) => event === 'cell');
    expect(cells.map(({ path }) => path === null)).toEqual([false, true]);
  });
});
