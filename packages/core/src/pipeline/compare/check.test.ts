import { describe, expect, test } from 'vitest';
import type { PipelineContext } from '../context.ts';
import { readRequest } from '../request.ts';
import { checkRequest } from './check.ts';

/** Nothing can be loaded here. */
const context: PipelineContext = {
  models: { open: () => Promise.reject(new Error('loaded')) },
  codec: { decode: () => Promise.reject(new Error('decoded')), encode: () => Promise.reject(new Error('encoded')) },
  randomSeed: () => 0n,
};

const check = (body: Readonly<Record<string, unknown>>): Promise<void> =>
  checkRequest(
    readRequest('txt2img', { seed: 1, ...body }, () => new Uint8Array()),
    context,
  );

describe('checkRequest', () => {
  test('loads nothing for what can be drawn', async () => {
    await expect(check({ prompt: 'a cat' })).resolves.toBeUndefined();
  });

  test.each([
    ['styles', { styles: ['nothing'] }],
    ['prompt', { prompt: '<lora:nothing:1>' }],
    ['hr_upscaler', { enable_hr: true, denoising_strength: 0.5, hr_upscaler: 'nothing' }],
  ])('tells what is wrong with %s', async (field, body) => {
    await expect(check(body)).rejects.toMatchObject({ code: 'request', field });
  });
});
