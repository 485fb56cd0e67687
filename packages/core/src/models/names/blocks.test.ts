import { expect, test } from 'vitest';
import { knownNames } from './architecture.ts';
import { mergingBlock, trainingBlock } from './blocks.ts';

test.each([
  ['SD1', 'sd', 25, 26],
  ['SDXL', 'sdxl', 23, 24],
] as const)('every number of %s is some layer’s', (base, kind, training, merging) => {
  const { modules } = knownNames(base);
  const numbers = (of: (module: (typeof modules)[number]) => number | undefined): number[] =>
    [...new Set(modules.filter(({ component }) => component !== 'vae').map(of))]
      .filter((n) => n !== undefined)
      .toSorted((a, b) => a - b);
  const trained = numbers((module) => (module.component === 'unet' ? trainingBlock(module, kind) : undefined));
  expect(trained.at(-1)).toBe(training - 1);
  expect(numbers((module) => mergingBlock(module, kind)).at(0)).toBe(0);
  expect(numbers((module) => mergingBlock(module, kind)).at(-1)).toBe(merging - 1);
});
