import { RequestError } from '@graft/core/errors';
import { describe, expect, test } from 'vitest';
import { readArguments } from '../arguments.ts';
import { composeRequest } from './compose.ts';
import { PICTURE_OPTIONS } from './options.ts';
import { askedBy, checkPartners } from './partners.ts';

const INFOTEXT = 'a cat\nSteps: 7, Sampler: Euler, CFG scale: 5, Seed: 6, Size: 64x64';

async function check(...argv: string[]): Promise<void> {
  const given = readArguments(argv, PICTURE_OPTIONS);
  const { body, kind } = await composeRequest(given);
  checkPartners(askedBy(given), [body], kind);
}

describe('options', () => {
  test.each([
    ['--variation-seed', '3'],
    ['--refiner-switch', '0.5'],
    ['--strength', '0.5'],
    ['--hires-steps', '2'],
    ['--hires-sampler', 'Euler'],
    ['--hires-prompt', 'a dog'],
  ])('%s alone does nothing, and is refused with what it needs', async (option, value) => {
    const refused = { name: 'RequestError', field: option, hint: expect.stringContaining('--') as unknown };
    await expect(check('a', option, value)).rejects.toMatchObject(refused);
    await expect(check('--from', INFOTEXT, option, value)).rejects.toMatchObject(refused);
  });

  test.each([
    [['a', '--variation-seed', '3', '--variation-strength', '0']],
    [['a', '--refiner-switch', '0.5', '--refiner', 'None']],
    [['a', '--refiner-switch', '0.5', '--set', 'refiner_checkpoint=r']],
    [['a', '--strength', '0.5', '--hires-steps', '2', '--hires-size', '64x64']],
    [['--from', `${INFOTEXT}, Refiner: r, Refiner switch at: 0.6`, '--refiner-switch', '0.5']],
    [['--from', `${INFOTEXT}, Variation seed: 5, Variation seed strength: 0.2`, '--variation-seed', '3']],
  ])('with what they need are taken: %j', async (argv) => {
    await expect(check(...argv)).resolves.toBeUndefined();
  });
});

describe('fields of several requests', () => {
  const asked = [{ field: 'refiner_switch_at', option: '--x', name: 'refiner switch' }];

  test('do something if they do in one of them', () => {
    expect(() => {
      checkPartners(asked, [{ refiner_checkpoint: 'None' }, { refiner_checkpoint: 'r' }], 'txt2img');
    }).not.toThrow();
  });

  test('are called what the user calls them', () => {
    expect(() => {
      checkPartners(asked, [{ refiner_checkpoint: 'None' }, {}], 'txt2img');
    }).toThrowError(RequestError);
  });

  test('a strength is for pictures to start from, and for second passes', () => {
    const strength = [{ field: 'denoising_strength', option: '--x' }];
    expect(() => {
      checkPartners(strength, [{}], 'img2img');
    }).not.toThrow();
    expect(() => {
      checkPartners(strength, [{ enable_hr: false }], 'txt2img');
    }).toThrowError(expect.objectContaining({ field: '--x' }) as Error);
  });
});
