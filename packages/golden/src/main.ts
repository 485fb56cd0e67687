import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Area, CaseResult } from './area.ts';
import { AREAS } from './areas/index.ts';
import { closeGoldenEngine } from './engine.ts';
import { openFolder } from './folder.ts';

const OWN = fileURLToPath(new URL('../../../fixtures', import.meta.url));
/** Folders of a fixtures folder that hold models, not cases. */
const NOT_AREAS = new Set(['models', 'bases']);
const FAILURES_SHOWN = 20;

const USAGE = 'npm run golden -- [FOLDER] [--area NAME,NAME] [--skip NAME,NAME] [--all] [--report FILE]';

const { values, positionals } = readArguments();
const fixtures = resolve(positionals[0] ?? OWN);
if (!existsSync(fixtures)) stop(`there is no folder ${fixtures}`);
const wanted = values.area?.flatMap((names) => names.split(','));
const names = readdirSync(fixtures, { withFileTypes: true })
  .filter(
    (entry) =>
      entry.isDirectory() && !NOT_AREAS.has(entry.name) && existsSync(join(fixtures, entry.name, 'index.json')),
  )
  .map((entry) => entry.name)
  .filter((name) => wanted?.includes(name) ?? !values.skip.split(',').includes(name));

let passed = 0;
let failed = 0;
let waiting = 0;
for (const missing of wanted?.filter((name) => !names.includes(name)) ?? []) {
  console.log(`${missing.padEnd(14)} not in ${fixtures}`);
  failed++;
}
for (const name of names) {
  const area = AREAS.find((candidate) => candidate.name === name);
  if (!area) {
    console.log(`${name.padEnd(14)} no runner`);
    failed++;
    continue;
  }
  const results = await runArea(area);
  const count = (status: CaseResult['status']): number => results.filter((result) => result.status === status).length;
  passed += count('passed');
  failed += count('failed');
  waiting += count('waiting');
  report(name, results);
}
await closeGoldenEngine();
console.log(`golden: ${passed} passed, ${failed} failed, ${waiting} waiting`);
if (values.report !== undefined) writeFileSync(values.report, JSON.stringify({ passed, failed, waiting }));
process.exit(failed > 0 || names.length === 0 ? 1 : 0);

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        area: { type: 'string', multiple: true },
        all: { type: 'boolean', default: false },
        report: { type: 'string' },
        skip: { type: 'string', default: '' },
      },
    });
  } catch (error) {
    return stop((error as Error).message);
  }
}

function stop(message: string): never {
  console.error(`golden: ${message}\n${USAGE}`);
  process.exit(2);
}

async function runArea(area: Area): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  try {
    for await (const result of area.run(await openFolder(fixtures, area.name, OWN))) results.push(result);
  } catch (error) {
    results.push({
      id: '(runner)',
      status: 'failed',
      share: Infinity,
      note: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  }
  return results;
}

function report(name: string, results: readonly CaseResult[]): void {
  const run = results.filter((result) => result.status !== 'waiting');
  const passes = run.filter((result) => result.status === 'passed');
  const failures = run.filter((result) => result.status === 'failed');
  const worst = run.reduce<CaseResult | undefined>((a, b) => ((b.share ?? 0) > (a?.share ?? -1) ? b : a), undefined);
  const error =
    worst?.share === undefined || worst.share === 0
      ? 'exact'
      : `worst error ${(100 * worst.share).toPrecision(3)} % of its tolerance (${worst.id})`;
  const waits = results.length - run.length;
  console.log(
    `${name.padEnd(14)} ${passes.length}/${run.length} passed, ${waits > 0 ? `${waits} waiting, ` : ''}${error}`,
  );
  for (const { id, note } of failures.slice(0, values.all ? undefined : FAILURES_SHOWN))
    console.log(`  FAILED ${id}: ${note ?? ''}`);
  if (failures.length > FAILURES_SHOWN && !values.all)
    console.log(`  … and ${failures.length - FAILURES_SHOWN} more (--all shows them)`);
  const reasons = new Set(results.filter((result) => result.status === 'waiting').map((result) => result.note ?? ''));
  for (const reason of reasons) console.log(`  waiting: ${reason}`);
}
