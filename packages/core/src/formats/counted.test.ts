import { expect, test } from 'vitest';
import { counted } from './counted.ts';

test.each([
  [counted(0, 'layer'), '0 layers'],
  [counted(1, 'layer'), '1 layer'],
  [counted(2, 'layer'), '2 layers'],
  [counted(1, 'module lacks', 'modules lack'), '1 module lacks'],
  [counted(3, 'module lacks', 'modules lack'), '3 modules lack'],
])('%s', (got, wanted) => expect(got).toBe(wanted));
