import { describe, expect, test } from 'vitest';
import { BUILT_IN, type GraftExtension } from './extension.ts';
import { extend } from './registry.ts';

const [sampler] = BUILT_IN.samplers;
const adds = (name: string, ...names: string[]): GraftExtension => ({
  apiVersion: 1,
  name,
  samplers: names.map((one) => ({ ...sampler!, name: one, aliases: [`k_${one}`] })),
});

describe('extend', () => {
  test('puts what is added behind what is there, and changes nothing', () => {
    const { samplers, families } = extend([adds('x', 'One'), adds('y', 'Two', 'Three')]);
    expect(samplers.map(({ name }) => name)).toEqual([
      ...BUILT_IN.samplers.map(({ name }) => name),
      'One',
      'Two',
      'Three',
    ]);
    expect(families).toEqual(BUILT_IN.families);
    expect(BUILT_IN.samplers.some(({ name }) => name === 'One')).toBe(false);
  });

  test.each([
    ['a built-in sampler', [adds('x', 'EULER A')]],
    ['an alias of one', [adds('x', 'k_euler_a')]],
    ['another extension’s', [adds('x', 'One'), adds('y', 'one')]],
    ['its own', [adds('x', 'One', 'One')]],
  ])('refuses the name of %s', (_, extensions) => {
    expect(() => extend(extensions)).toThrowError(expect.objectContaining({ code: 'request', field: 'extension' }));
  });

  test('refuses a part that another family has', () => {
    const [first] = BUILT_IN.families;
    const family = (name: string): GraftExtension => ({
      apiVersion: 1,
      name,
      families: [{ ...first!, name, parts: ['factor'] }],
    });
    expect(() => extend([family('x'), family('y')])).toThrowError(expect.objectContaining({ field: 'extension' }));
  });
});
