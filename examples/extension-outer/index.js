/** An extension of Graft: `graft generate "a fox" --extension ./examples/extension-outer --sampler Midpoint`. */
import { family } from '@graft/core/adapters';
import { linear } from './linear.js';
import { midpoint } from './midpoint.js';
import { outer } from './outer.js';
import { samplersCommand } from './samplers-command.js';

/** @type {import('@graft/node').GraftExtension} */
export const extension = {
  apiVersion: 1,
  name: 'graft-extension-outer',
  families: [family(outer)],
  samplers: [midpoint],
  schedulers: [linear],
  commands: [samplersCommand],
};
