import { expect } from 'vitest';

/** Fails unless `make` throws the ShapeError of operation `at`, which names the shape at fault. */
export function expectShapeError(make: () => unknown, at: string, got: readonly (number | string)[]): void {
  expect(make).toThrowError(expect.objectContaining({ name: 'ShapeError', code: 'shape', at, got }) as Error);
}
