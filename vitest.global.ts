import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Prepared weights of tests never meet those of the person who runs them. */
const cache = mkdtempSync(join(tmpdir(), 'graft-tests-'));

export function setup(): void {
  process.env['GRAFT_CACHE'] = cache;
}

export function teardown(): void {
  rmSync(cache, { recursive: true, force: true });
}
