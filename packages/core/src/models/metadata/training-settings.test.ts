import { expect, test } from 'vitest';
import { trainingSettings } from './training-settings.ts';

test('tells what is set, the better source first', () => {
  const metadata = new Map([
    ['ss_network_dim', '8'],
    ['ss_training_comment', 'None'],
    ['modelspec.resolution', '512x512'],
    ['ss_steps', '1200'],
    ['ss_max_train_steps', '2000'],
    ['unknown', 'x'],
  ]);
  expect(trainingSettings(metadata)).toEqual([
    { name: 'rank', value: '8' },
    { name: 'steps', value: '1200' },
    { name: 'resolution', value: '512x512' },
  ]);
});

test('nothing is told of nothing', () => {
  expect(trainingSettings(new Map())).toEqual([]);
});
