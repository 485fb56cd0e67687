import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { verdict, type Area, type CaseResult, type Folder } from '../area.ts';
import { measured, type Cost } from './hostile-cost.ts';
import { openHostileModel } from './hostile-model.ts';
import { builtIns } from './hostile-prototypes.ts';
import { acceptedRequest } from './hostile-request.ts';
import { openHostileImage, openHostileInfotext, openHostilePrompt } from './hostile-texts.ts';
import { refusalProblem } from './refusal.ts';

interface Limits {
  readonly seconds: number;
  readonly mebibytes: number;
}

interface Case {
  readonly id: string;
  readonly file: string;
  /** The file's real name, where it lies packed. */
  readonly name?: string;
  readonly packed?: 'gzip';
  readonly kind: string;
  readonly expect: {
    readonly refuse: boolean;
    readonly errors: readonly string[];
    readonly names?: readonly string[];
    readonly if_opened?: string;
    readonly refuse_request?: boolean;
  };
  readonly limits?: Limits;
}

/** What is handed in, as its kind's reader takes it. */
export interface HostileFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** What must be true if it opens. */
  readonly ifOpened: string | undefined;
}

/** Opens a file of a kind and tells what is wrong with what came out; throws what the reader throws. */
export type HostileReader = (file: HostileFile) => Promise<readonly string[]>;

const READERS: ReadonlyMap<string, HostileReader> = new Map([
  ['model', openHostileModel],
  ['image', openHostileImage],
  ['infotext', openHostileInfotext],
  ['prompt', openHostilePrompt],
]);

/** Files that attack their reader: refused or survived, within limits, with nothing run and nothing polluted. */
export const hostile: Area = {
  name: 'hostile',
  async *run(folder) {
    const { cases, limits } = folder.index as { readonly cases: readonly Case[]; readonly limits: Limits };
    const before = process.cwd();
    // What a payload would leave behind, it leaves here.
    const empty = await mkdtemp(join(tmpdir(), 'graft-hostile-'));
    process.chdir(empty);
    try {
      await warmUp(folder, cases);
      for (const one of cases) yield await runCase(folder, one, { ...limits, ...one.limits }, empty);
    } finally {
      process.chdir(before);
      await rm(empty, { recursive: true, force: true });
    }
  },
};

/** The limits are for a warm process: the first case of each kind runs once unmeasured. */
async function warmUp(folder: Folder, cases: readonly Case[]): Promise<void> {
  for (const [kind, reader] of READERS) {
    const first = cases.find((one) => one.kind === kind);
    if (first !== undefined) await reader(await load(folder, first)).catch(() => undefined);
  }
}

async function load(folder: Folder, { file, name, packed, expect }: Case): Promise<HostileFile> {
  const bytes = await folder.bytes(file);
  return {
    name: name ?? file.slice(file.lastIndexOf('/') + 1),
    bytes: packed === 'gzip' ? gunzipSync(bytes) : bytes,
    ifOpened: expect.if_opened,
  };
}

async function runCase(folder: Folder, one: Case, limits: Limits, empty: string): Promise<CaseResult> {
  const { id, kind, expect } = one;
  const reader = READERS.get(kind);
  if (reader === undefined) return { id, status: 'waiting', note: `no reader of the kind ${kind}` };
  const file = await load(folder, one);
  const check = verdict(id);
  const prototypes = builtIns();
  const { result, error, cost } = await measured(() => reader(file));

  if (error === undefined) {
    if (expect.refuse) check.fail(`opened; expected ${expect.errors.join(' or ')}`);
    for (const problem of result ?? []) check.fail(problem);
  } else {
    const problem = refusalProblem(error, expect) ?? messageProblem(error);
    if (problem !== undefined) check.fail(problem);
  }
  for (const problem of [...overLimit(cost, limits), ...prototypes.changes()]) check.fail(problem);
  for (const left of await readdir(empty)) {
    check.fail(`left ${left} behind`);
    await rm(join(empty, left), { recursive: true, force: true });
  }
  const accepted = expect.refuse_request === true ? acceptedRequest(file.bytes) : undefined;
  if (accepted !== undefined) check.fail(accepted);
  return check.result();
}

/** Nothing out of a file may reach a terminal as it is. */
function messageProblem(error: unknown): string | undefined {
  return error instanceof Error && /\p{Cc}|\p{Bidi_Control}/u.test(error.message)
    ? `the message holds control characters: ${JSON.stringify(error.message)}`
    : undefined;
}

function overLimit(cost: Cost, limits: Limits): string[] {
  const problems: string[] = [];
  if (cost.seconds > limits.seconds) problems.push(`took ${cost.seconds.toFixed(2)} s, allowed ${limits.seconds}`);
  if (cost.mebibytes > limits.mebibytes)
    problems.push(`took ${cost.mebibytes.toFixed(0)} MiB, allowed ${limits.mebibytes}`);
  return problems;
}
