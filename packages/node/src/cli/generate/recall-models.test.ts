import { describe, expect, test } from 'vitest';
import type { Infotext } from '@graft/core/formats';
import { fakeLibrary, SUM } from '../../testing/vitest/fake-library.ts';
import type { Composed } from './compose.ts';
import { recallModels } from './recall-models.ts';

const [a, b] = [SUM.a.slice(0, 10), SUM.b.slice(0, 10)];
const infotext: Infotext = new Map([
  ['Model', 'pico'],
  ['Model hash', a],
  ['Refiner', `fine [${b}]`],
]);
const library = fakeLibrary('checkpoint', [
  { stem: 'pico', sum: SUM.b },
  { stem: 'renamed', sum: SUM.a },
]);

function composed(model: string, more: Readonly<Record<string, unknown>> = {}): Composed {
  return {
    kind: 'txt2img',
    body: { override_settings: { sd_model_checkpoint: model }, ...more },
    base: 'infotext',
    folder: '.',
    infotext,
    notes: ['first'],
  };
}

describe('recallModels', () => {
  test('gives each model of the picture the file with its hash', async () => {
    const { body, notes } = await recallModels(composed(`pico [${a}]`, { refiner_checkpoint: `fine [${b}]` }), {
      library,
    });
    expect(body.override_settings['sd_model_checkpoint']).toBe('/renamed.pt');
    expect(body['refiner_checkpoint']).toBe('/pico.pt');
    expect(notes).toEqual(['first']);
  });

  test('tells where there is only one of the name', async () => {
    const few = fakeLibrary('checkpoint', [{ stem: 'pico', sum: SUM.b }]);
    const { body, notes } = await recallModels(composed(`pico [${a}]`), { library: few });
    expect(body.override_settings['sd_model_checkpoint']).toBe('/pico.pt');
    expect(notes).toEqual(['first', expect.stringContaining(a)]);
  });

  test('leaves what somebody chose, and what is not there', async () => {
    const chosen = composed('pico');
    expect(await recallModels(chosen, { library })).toEqual(chosen);
    const gone = composed(`pico [${a}]`);
    expect(await recallModels(gone, { library: fakeLibrary('checkpoint', []) })).toEqual(gone);
  });
});
