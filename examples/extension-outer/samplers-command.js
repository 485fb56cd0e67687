import { SAMPLERS } from '@graft/core/diffusion';

/**
 * `graft samplers`: what there is besides.
 * @type {import('@graft/node').Command}
 */
export const samplersCommand = {
  name: 'samplers',
  summary: 'List the samplers that come with Graft',
  usage: ['samplers'],
  details: [],
  examples: ['samplers --extension ./examples/extension-outer'],
  options: [],
  async run(_given, terminal) {
    for (const { name, aliases } of SAMPLERS) {
      terminal.event({ event: 'sampler', name, aliases });
      if (!terminal.json) terminal.out(`${name}\n`);
    }
    return 0;
  },
};
