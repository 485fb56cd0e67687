import { describe, expect, test } from 'vitest';
import { parseAxis } from './axis.ts';
import { compareCells, MOST_CELLS, type Comparison } from './cells.ts';

/** A comparison of a plain request, with axes as they are written. */
function comparison(
  axes: Partial<Record<'x' | 'y' | 'z', string>>,
  more: Partial<Comparison> & { readonly prompt?: string } = {},
): Comparison {
  const { prompt = 'a cat', ...rest } = more;
  return {
    kind: 'txt2img',
    body: { prompt, seed: 5, override_settings: { eta_ddim: 0.5 } },
    axes: Object.fromEntries(Object.entries(axes).map(([name, text]) => [name, parseAxis(text, `--${name}`)])),
    ...rest,
  };
}

const refuses = (one: Comparison, field: string): void =>
  expect(() => compareCells(one)).toThrowError(expect.objectContaining({ code: 'request', field }));

const prompts = (one: Comparison): unknown[] => compareCells(one).cells.map(({ body }) => body['prompt']);

describe('compareCells', () => {
  test('without axes is one cell: the request', () => {
    const one = comparison({});
    const { cells, columns, rows, pages } = compareCells(one);
    expect(cells).toEqual([{ x: 0, y: 0, z: 0, labels: [], reference: 0, body: one.body }]);
    expect([columns, rows, pages]).toEqual([[''], [''], ['']]);
  });

  test('goes column by column, row by row, page by page', () => {
    const { cells, columns, rows, pages } = compareCells(
      comparison({ x: 'seed: 1..3', y: 'steps: 4, 5', z: 'Eta DDIM: 0, 1' }),
    );
    expect([columns, rows, pages]).toEqual([
      ['seed: 1', 'seed: 2', 'seed: 3'],
      ['steps: 4', 'steps: 5'],
      ['Eta DDIM: 0', 'Eta DDIM: 1'],
    ]);
    expect(cells.map(({ x, y, z }) => [x, y, z].join(''))).toEqual(
      '000 100 200 010 110 210 001 101 201 011 111 211'.split(' '),
    );
    expect(cells[10]).toMatchObject({
      labels: ['seed: 2', 'steps: 5', 'Eta DDIM: 1'],
      reference: 9,
      body: { prompt: 'a cat', seed: '2', steps: '5', override_settings: { eta_ddim: '1' } },
    });
  });

  test.each([
    ['seed: 1', 'seed: 2'],
    ['cfg: 1', 'CFG scale: 2'],
    ['size: 64x64', 'width: 128'],
    ['checkpoint: a', 'model: b'],
    ['with: a', 'adapter: b'],
    ['strength: 1', 'weight: 2'],
  ])('refuses %j beside %j, which would undo it', (x, z) => {
    refuses(comparison({ x, z }, { tags: x.startsWith('strength') ? ['<lora:a:1>'] : [] }), '--z');
  });

  test.each([
    ['style: a', 'styles: b'],
    ['replace: cat, fox', 'replace: dog, owl'],
    ['width: 64', 'height: 128'],
  ])('takes %j beside %j', (x, y) => {
    expect(() => compareCells(comparison({ x, y }, { prompt: 'a cat, a dog' }))).not.toThrow();
  });

  test('changes nothing that was given', () => {
    const one = comparison({ x: 'eta_ddim: 0, 1', y: 'seed: 1' }, { tags: ['<lora:a:1>'] });
    const before = structuredClone(one);
    compareCells(one);
    expect(one).toEqual(before);
  });

  test('replaces texts in both prompts, literally', () => {
    const one = comparison({ x: 'replace: cat, $& dog, "x, y"' });
    const cells = compareCells({ ...one, body: { ...one.body, negative_prompt: 'no cat' } }).cells;
    expect(cells.map(({ body }) => [body['prompt'], body['negative_prompt']])).toEqual([
      ['a cat', 'no cat'],
      ['a $& dog', 'no $& dog'],
      ['a x, y', 'no x, y'],
    ]);
    refuses(comparison({ x: 'replace: bird, dog' }), '--x');
    refuses(comparison({ x: 'replace: , dog' }), '--x');
  });

  test('puts texts of the prompt in every order, and the rest stays where it is', () => {
    const one = comparison({ x: 'Prompt order: cat, dog, bird' }, { prompt: '1 dog 2 cat 3 bird 4' });
    expect(prompts(one)).toEqual([
      '1 cat 2 dog 3 bird 4',
      '1 cat 2 bird 3 dog 4',
      '1 dog 2 cat 3 bird 4',
      '1 dog 2 bird 3 cat 4',
      '1 bird 2 cat 3 dog 4',
      '1 bird 2 dog 3 cat 4',
    ]);
    const both = comparison({ x: 'replace: cat, fox', y: 'order: fox, dog' }, { prompt: 'cat, fox, dog' });
    expect(prompts(both)).toContain('dog, fox, fox');
    refuses(comparison({ x: 'order: cat, bird' }), '--x');
    refuses(comparison({ x: 'order: cat, at' }), '--x');
  });

  test('adds styles to those that are there', () => {
    const one = comparison({ x: 'styles: a, "b,c", ' });
    const cells = compareCells({ ...one, body: { ...one.body, styles: ['own'] } }).cells;
    expect(cells.map(({ body }) => body['styles'])).toEqual([['own', 'a'], ['own', 'b', 'c'], ['own']]);
  });

  test('writes sizes and flags and styles as requests have them', () => {
    const [cell] = compareCells(comparison({ x: 'size: 64x72', z: 'style: a' })).cells;
    expect(cell!.body).toMatchObject({ width: '64', height: '72', styles: ['a'] });
    expect(compareCells(comparison({ x: 'tiling: yes' })).cells[0]!.body.override_settings).toMatchObject({
      tiling: true,
    });
    refuses(comparison({ x: 'size: large' }), '--x');
  });

  test('has at most so many cells', () => {
    refuses(comparison({ x: `seed: 1..${MOST_CELLS}`, y: 'steps: 1, 2' }), '--y');
  });
});

describe('networks', () => {
  const tags = ['<lora:a:1>'];

  test('are compared with none', () => {
    const cells = compareCells(comparison({}, { tags })).cells;
    expect(cells.map(({ labels, body }) => [labels, body['prompt']])).toEqual([
      [['without'], 'a cat'],
      [['<lora:a:1>'], 'a cat <lora:a:1>'],
    ]);
  });

  test('take the first free axis, along which they are measured', () => {
    const { cells, rows } = compareCells(comparison({ x: 'seed: 1, 2' }, { tags }));
    expect(rows).toEqual(['without', '<lora:a:1>']);
    expect(cells.map(({ reference }) => reference)).toEqual([0, 1, 0, 1]);
    refuses(comparison({ x: 'seed: 1', y: 'steps: 1', z: 'cfg: 1' }, { tags }), '--with');
  });

  test('have their strength on an axis, and are in all cells then', () => {
    const { cells } = compareCells(comparison({ x: 'seed: 1, 2', y: 'strength: 0, 0.5' }, { tags }));
    expect(cells.map(({ body }) => body['prompt'])).toEqual([
      'a cat <lora:a:0>',
      'a cat <lora:a:0>',
      'a cat <lora:a:0.5>',
      'a cat <lora:a:0.5>',
    ]);
    expect(cells.map(({ reference }) => reference)).toEqual([0, 1, 0, 1]);
  });

  test('several are compared with each other, at each strength', () => {
    const several = { tags: ['<lora:a:1>', '<lyco:b:1>'] };
    expect(prompts(comparison({}, several))).toEqual(['a cat', 'a cat <lora:a:1>', 'a cat <lyco:b:1>']);
    expect(prompts(comparison({ x: 'strength: 0.5' }, several))).toEqual(['a cat <lora:a:0.5>', 'a cat <lyco:b:0.5>']);
  });

  test('have one strength on the axis, also where a tag has two; whole tags keep them', () => {
    const two = { tags: ['<lora:a:0.5:0.8>'] };
    expect(prompts(comparison({ x: 'strength: 0, 1' }, two))).toEqual(['a cat <lora:a:0>', 'a cat <lora:a:1>']);
    expect(prompts(comparison({ x: 'with: <lora:a:0.5:0.8>, <lora:a:1:0.8>' }))).toEqual([
      'a cat <lora:a:0.5:0.8>',
      'a cat <lora:a:1:0.8>',
    ]);
  });

  test('of the prompt have their strength changed without others', () => {
    expect(prompts(comparison({ x: 'strength: 0.5' }, { prompt: '<lora:a:1> cat' }))).toEqual(['<lora:a:0.5> cat']);
    expect(prompts(comparison({ x: 'strength: 0.5' }, { prompt: '<lora:a:1> cat', tags: ['words'] }))).toEqual([
      '<lora:a:0.5> cat words',
    ]);
    expect(
      prompts(comparison({ x: 'strength: 0.5', y: 'replace: <lora:a:1>, red' }, { prompt: '<lora:a:1> cat' })),
    ).toEqual(['<lora:a:0.5> cat', 'red cat']);
  });

  test.each([[[]], [['an-embedding']]])('have no strength to change in a request without tags: %j', (words) => {
    refuses(comparison({ x: 'strength: 0.5' }, { tags: words }), '--x');
    refuses(comparison({ x: 'strength: 0.5', y: 'with: none, "some words"' }), '--x');
  });

  test('stand on an axis of their own', () => {
    expect(prompts(comparison({ x: 'with: none, a, <lora:b:1>, some words' }))).toEqual([
      'a cat',
      'a cat <lora:a:1>',
      'a cat <lora:b:1>',
      'a cat some words',
    ]);
    refuses(comparison({ x: 'with: a' }, { tags }), '--with');
  });

  test('are in the prompt of the second pass, if it has one', () => {
    const one = comparison({}, { tags });
    const body = { ...one.body, hr_prompt: 'a lion' };
    expect(compareCells({ ...one, body }).cells.map(({ body: { hr_prompt: text } }) => text)).toEqual([
      'a lion',
      'a lion <lora:a:1>',
    ]);
  });
});

test('the reference can be chosen', () => {
  const of = (reference: Comparison['reference']): number[] =>
    compareCells(comparison({ x: 'seed: 1, 2', y: 'steps: 1, 2' }, { reference })).cells.map((cell) => cell.reference);
  expect(of('x')).toEqual([0, 0, 2, 2]);
  expect(of('y')).toEqual([0, 1, 0, 1]);
  expect(of('first')).toEqual([0, 0, 0, 0]);
  expect(() => of('z')).toThrowError(expect.objectContaining({ name: 'RequestError', field: '--reference' }));
});
