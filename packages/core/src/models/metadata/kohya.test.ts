import { expect, test } from 'vitest';
import { kohyaMinimumMetadata } from './kohya.ts';

test('what is unknown is left out', () => {
  const facts = { networkModule: 'networks.lora', dim: 'Dynamic', alpha: 'Dynamic' };
  expect(Object.fromEntries(kohyaMinimumMetadata(facts))).toEqual({
    ss_network_module: 'networks.lora',
    ss_network_dim: 'Dynamic',
    ss_network_alpha: 'Dynamic',
  });
});

test('objects are spelled as Python spells them', () => {
  const args = { conv_dim: '4', name: 'é😀"' };
  const metadata = kohyaMinimumMetadata({ v2: true, networkModule: 'm', dim: '8', alpha: '4.0', args });
  expect(metadata.get('ss_v2')).toBe('True');
  expect(metadata.get('ss_network_args')).toBe('{"conv_dim": "4", "name": "\\u00e9\\ud83d\\ude00\\""}');
  expect(JSON.parse(metadata.get('ss_network_args')!)).toEqual(args);
});
