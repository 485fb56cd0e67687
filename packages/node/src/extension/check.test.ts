import { FAMILIES } from '@graft/core/adapters';
import { SAMPLERS, SCHEDULERS } from '@graft/core/diffusion';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../cli/commands/index.ts';
import { checkExtension } from './check.ts';

const empty = { apiVersion: 1, name: 'x' };

describe('checkExtension', () => {
  test('takes everything that comes with Graft', () => {
    const whole = { ...empty, families: FAMILIES, samplers: SAMPLERS, schedulers: SCHEDULERS, commands: COMMANDS };
    expect(checkExtension(whole, 'x')).toBe(whole);
    expect(checkExtension(empty, 'x')).toBe(empty);
  });

  test.each([0, 2, '1', undefined])('refuses version %j of the interface, and says which there is', (apiVersion) => {
    expect(() => checkExtension({ ...empty, apiVersion }, 'x')).toThrowError(
      expect.objectContaining({
        code: 'request',
        field: 'extension',
        message: expect.stringContaining('version 1') as unknown,
      }),
    );
  });

  const sampler = SAMPLERS[0]!;
  test.each<[string, unknown, string]>([
    ['nothing', undefined, 'extension'],
    ['a list', [], 'extension'],
    ['a nameless one', { apiVersion: 1, name: ' ' }, 'name'],
    ['an unknown field', { ...empty, sampler: [] }, '"sampler"'],
    ['no list', { ...empty, samplers: {} }, 'samplers'],
    ['no object', { ...empty, families: [null] }, 'families[0]'],
    ['a family without open', { ...empty, families: [{ name: 'a', detect() {} }] }, 'families[0].open'],
    ['a sampler of no kind', { ...empty, samplers: [sampler, { ...sampler, family: 'x' }] }, 'samplers[1].family'],
    [
      'a scheduler whose rho is a text',
      { ...empty, schedulers: [{ ...SCHEDULERS[0], defaultRho: '7' }] },
      'defaultRho',
    ],
    ['a command without run', { ...empty, commands: [{ ...COMMANDS[0], run: 1 }] }, 'commands[0].run'],
    ['a command of odd options', { ...empty, commands: [{ ...COMMANDS[0], options: [{}] }] }, 'commands[0].options'],
    ['a name that moves the cursor', { ...empty, ['\u001b[2J']: 1 }, '\\x1b[2J'],
  ])('refuses %s and says what is wrong', (_, value, told) => {
    expect(() => checkExtension(value, 'x')).toThrowError(
      expect.objectContaining({
        code: 'request',
        field: 'extension',
        message: expect.stringContaining(told) as unknown,
      }),
    );
  });
});
