import { expect, test } from 'vitest';
import { networkOnDisk } from './network-on-disk.ts';

const of = (metadata: Readonly<Record<string, string>>): ReturnType<typeof networkOnDisk> =>
  networkOnDisk('stem', { metadata: new Map(Object.entries(metadata)) });

test.each([
  [{}, 'Unknown'],
  [{ format: 'pt' }, 'SD1'],
  [{ ss_v2: 'False' }, 'SD1'],
  [{ ss_v2: 'True' }, 'SD2'],
  [{ ss_base_model_version: 'sdxl_', ss_v2: 'True' }, 'SDXL'],
] as const)('%j is %s', (metadata, version) => {
  expect(of(metadata).version).toBe(version);
});

test('the alias is the name of the training', () => {
  expect(of({}).alias).toBe('stem');
  expect(of({ ss_output_name: 'my style' })).toMatchObject({ name: 'stem', alias: 'my style' });
});

test('a claimed hash is taken as it stands', () => {
  expect(of({ sshs_model_hash: '0x0123456789abcdef' })).toMatchObject({
    hash: '0x0123456789abcdef',
    shorthash: '0x0123456789',
  });
  expect(of({})).toMatchObject({ hash: '', shorthash: '' });
});

test('what people look at comes first, the rest stays in order', () => {
  const { metadata } = of({ z: '1', ss_tag_frequency: '{"a":{"b":1}}', ss_resolution: '(512, 512)', a: '{broken' });
  expect([...metadata]).toEqual([
    ['ss_resolution', '(512, 512)'],
    ['ss_tag_frequency', { a: { b: 1 } }],
    ['z', '1'],
    ['a', '{broken'],
  ]);
});
