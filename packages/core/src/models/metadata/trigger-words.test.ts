import { describe, expect, test } from 'vitest';
import { trainingTags, triggerWords } from './trigger-words.ts';

const notes = (record: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(record).map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
  );

describe('trainingTags', () => {
  test('adds up over folders, the most frequent first', () => {
    const frequency = { '10_cat': { '1cat': 12, outdoors: 3 }, '5_more': { outdoors: 1, ' 1cat ': 2 } };
    expect(trainingTags(notes({ ss_tag_frequency: frequency }))).toEqual([
      ['1cat', 14],
      ['outdoors', 4],
    ]);
  });

  test('takes sentences apart and leaves short words out', () => {
    const frequency = { f: { 'a photo of mycat on the sofa': 2, 'another photo of mycat outside': 1 } };
    expect(trainingTags(notes({ ss_tag_frequency: frequency }))[0]).toEqual(['photo', 3]);
    expect(trainingTags(notes({ ss_tag_frequency: frequency })).map(([tag]) => tag)).not.toContain('of');
  });

  test.each(['', '{', 'null', '[]', '{"f":3}', '{"f":{"a":"b"}}'])('%j holds no tags', (text) => {
    expect(trainingTags(notes({ ss_tag_frequency: text }))).toEqual([]);
  });
});

describe('triggerWords', () => {
  test('what the file names itself counts', () => {
    expect(
      triggerWords(notes({ 'modelspec.trigger_phrase': 'mycat, in snow,', ss_tag_frequency: { f: { x: 1 } } })),
    ).toEqual(['mycat', 'in snow']);
  });

  test('else what stands in nearly all captions', () => {
    const frequency = { f: { mycat: 20, grass: 19, tree: 7 } };
    expect(triggerWords(notes({ ss_tag_frequency: frequency, ss_dataset_dirs: { f: { img_count: 20 } } }))).toEqual([
      'mycat',
      'grass',
    ]);
  });

  test('else the class word of the folder', () => {
    expect(
      triggerWords(notes({ ss_dataset_dirs: { '10_mycat cat': { n_repeats: 10, img_count: 12 }, loose: {} } })),
    ).toEqual(['mycat cat']);
    expect(triggerWords(notes({}))).toEqual([]);
  });
});
