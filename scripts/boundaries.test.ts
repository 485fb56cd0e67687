import { describe, expect, test } from 'vitest';
import { forbiddenImports } from './boundaries.mjs';

const DEPENDENCIES = ['fflate', '@scope/name'];
const found = (name: string, file: string, text: string): string[] => forbiddenImports(name, file, text, DEPENDENCIES);

describe('forbiddenImports', () => {
  test.each([
    ['core', 'models/unet.ts', `import { conv2d } from '../nn/index.ts';`],
    ['core', 'graph/weight.ts', `import type { ByteSource } from '../bytes/index.ts';`],
    ['core', 'pipeline/generate.ts', `import { readPng } from '../formats/image-text/read.ts';`],
    ['core', 'formats/zip/read.ts', `import { fault } from '../fault.ts';`],
    ['core', 'formats/inflate.ts', `import { Inflate } from 'fflate';`],
    ['core', 'formats/inflate.ts', `import x from '@scope/name/part';`],
    [
      'core',
      'ops/add.test.ts',
      `import { readFileSync } from 'node:fs';\nimport { checkOp } from '../testing/vitest/index.ts';`,
    ],
    ['core', 'testing/vitest/close.ts', `import { expect } from 'vitest';`],
    ['node', 'files.ts', `import { open } from 'node:fs/promises';\nimport { sample } from '@graft/core/tensor';`],
    ['node', 'engine.test.ts', `import { checkRuntime } from '@graft/core/testing/vitest';`],
  ])('lets %s/%s have %j', (name, file, text) => {
    expect(found(name, file, text)).toEqual([]);
  });

  test.each([
    ['core', 'tensor/half.ts', `import { add } from '../ops/add.ts';`, 'tensor may not import ops'],
    ['core', 'tensor/half.ts', `export * from '../ops/add.ts';`, 'tensor may not import ops'],
    ['core', 'tensor/half.ts', `import {\n  add,\n  mul,\n} from "../ops/index.ts";`, 'tensor may not import ops'],
    ['core', 'tensor/deep/half.ts', `import type { Op } from '../../graph/value.ts';`, 'tensor may not import graph'],
    ['core', 'diffusion/drive.ts', `import '../models/index.ts';`, 'diffusion may not import models'],
    ['core', 'text/csv.ts', `const x = await import('../formats/zip.ts');`, 'text may not import formats'],
    ['core', 'pipeline/generate.ts', `import { a } from '../testing/index.ts';`, 'pipeline may not import testing'],
    ['core', 'utils/misc.ts', `import { a } from '../errors/index.ts';`, 'utils is no layer of core'],
    ['core', 'formats/zip.ts', `import { read } from 'node:fs';`, 'core may not import node:fs'],
    ['core', 'formats/zip.ts', `import { z } from 'other/deep';`, 'other is no dependency of core'],
    ['core', 'formats/zip.ts', `import { z } from '@scope/else/deep';`, '@scope/else is no dependency of core'],
    ['core', 'formats/zip.ts', `import { open } from '@graft/node';`, 'core may not import node'],
    ['node', 'main.ts', `import { AREAS } from '@graft/golden';`, 'node may not import golden'],
    ['node', 'main.ts', `import { a } from '@graft/core/testing';`, 'what ships may not import testing'],
  ])('refuses %s/%s the import %j', (name, file, text, why) => {
    expect(found(name, file, text)).toEqual([`packages/${name}/src/${file}: ${why}`]);
  });
});
