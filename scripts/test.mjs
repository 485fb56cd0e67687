// Everything that a change must pass: the tests of vitest, then the golden cases. The last line counts both.
// usage: node scripts/test.mjs [--slow]    (--slow adds the suites named *.slow.test.ts and the slow golden areas)
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const slow = process.argv.includes('--slow');
/** Golden areas that take long: networks that are compiled for each case, and whole pictures of the other base models. */
const SLOW_AREAS = ['whole', 'adapters', 'hypernetworks', 'embeddings', 'sd2', 'sdxl', 'sdxl_more'];
const scratch = mkdtempSync(join(tmpdir(), 'graft-test-'));

if (node('scripts/ready.mjs') !== 0) process.exit(1);
const suites = [vitest('vitest.config.ts'), ...(slow ? [vitest('vitest.slow.config.ts')] : []), golden()];
rmSync(scratch, { recursive: true });

const passed = suites.reduce((sum, suite) => sum + suite.passed, 0);
const failed = suites.reduce((sum, suite) => sum + suite.failed, 0);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function vitest(config) {
  const report = join(scratch, `${config}.json`);
  const reporters = [
    `--reporter=${process.stdout.isTTY ? 'default' : 'dot'}`,
    '--reporter=json',
    `--outputFile.json=${report}`,
  ];
  const status = node('node_modules/vitest/vitest.mjs', 'run', '--config', config, ...reporters);
  return count(status, () => {
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8'));
    // Files that fail before their first test.
    const broken = testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
    return { passed: numPassedTests, failed: numFailedTests + broken.length };
  });
}

function golden() {
  const report = join(scratch, 'golden.json');
  const status = node(
    'packages/golden/dist/main.js',
    '--report',
    report,
    ...(slow ? [] : ['--skip', SLOW_AREAS.join()]),
  );
  return count(status, () => JSON.parse(readFileSync(report, 'utf8')));
}

/** Runs a program of this repository, showing what it writes. Gives its exit status. */
function node(script, ...args) {
  const { status } = spawnSync(process.execPath, [join(root, script), ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: process.stdout.isTTY ? process.env : { ...process.env, NO_COLOR: '1' },
  });
  return status;
}

/** What a suite counted. One that fails without a failed test, such as by a crash, counts as one that did. */
function count(status, read) {
  let counts = { passed: 0, failed: 0 };
  try {
    counts = read();
  } catch (error) {
    console.error(`no report: ${error.message}`);
    status ||= 1;
  }
  return status !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}
