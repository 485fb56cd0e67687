import { expect, test } from 'vitest';
import { splitSampler } from './sampler-names.ts';

const TABLES = {
  samplers: [
    { name: 'DPM++ 2M', scheduler: 'karras' },
    { name: 'DPM++ 2M SDE', scheduler: 'exponential' },
    { name: 'Euler' },
  ],
  schedulers: [
    { name: 'automatic', label: 'Automatic' },
    { name: 'karras', label: 'Karras' },
    { name: 'exponential', label: 'Exponential' },
    { name: 'sgm_uniform', label: 'SGM Uniform', aliases: ['SGMUniform'] },
  ],
};

// Names that clients of the webui’s API send (its issue 15603).
test.each([
  ['DPM++ 2M Karras', undefined, ['DPM++ 2M', 'Karras']],
  ['DPM++ 2M', undefined, ['DPM++ 2M', 'Automatic']],
  ['DPM++ 2M', 'automatic', ['DPM++ 2M', 'Automatic']],
  ['DPM++ 2M', 'xyz', ['DPM++ 2M', 'Automatic']],
  ['DPM++ 2M SDE Karras', null, ['DPM++ 2M SDE', 'Karras']],
  ['Euler', 'karras', ['Euler', 'Karras']],
  ['Euler SGMUniform', null, ['Euler', 'SGM Uniform']],
  ['Euler sgm_uniform', 'Karras', ['Euler', 'SGM Uniform']],
  ['euler', null, ['DPM++ 2M', 'Automatic']],
  ['', '', ['DPM++ 2M', 'Automatic']],
])('%j with %j', (sampler, scheduler, expected) => {
  expect(splitSampler(TABLES, { sampler, scheduler, keepExplicit: true })).toEqual(expected);
});

test("a sampler's own schedule becomes Automatic unless it is to be kept", () => {
  expect(splitSampler(TABLES, { sampler: 'DPM++ 2M Karras', scheduler: null })).toEqual(['DPM++ 2M', 'Automatic']);
});
