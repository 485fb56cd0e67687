import { gunzipSync } from 'node:zlib';
import {
  a1111Config,
  a1111Spelling,
  diffusersType,
  knownNames,
  mergingBlock,
  resolveModule,
  trainingBlock,
  type KnownBase,
  type Module,
  type TensorShapes,
} from '@graft/core/models/names';
import { SdError } from '@graft/core/errors';
import { verdict, type Area, type CaseResult, type Folder } from '../area.ts';
import type { Case, Shape, Verdict } from './names-case.ts';
import { checkCheckpoint, type CheckpointRow } from './names-checkpoint.ts';
import { claimed, described } from './names-detect.ts';
import { checkModules, type ModuleTables } from './names-modules.ts';

/** Golden names of bases. */
const BASES: Readonly<Record<string, KnownBase>> = { sd1: 'SD1', sd2: 'SD2', sdxl: 'SDXL', refiner: 'SDXL refiner' };

/** Names of layers and tensors in every spelling; how others recognise a checkpoint. */
export const names: Area = {
  name: 'names',
  async *run(folder) {
    const load = reader(folder);
    for (const one of (folder.index as { readonly cases: readonly Case[] }).cases) yield await runCase(one, load);
  },
};

type Load = (file: string) => Promise<unknown>;

function reader(folder: Folder): Load {
  const files = new Map<string, Promise<unknown>>();
  return (file) => {
    const known =
      files.get(file) ?? folder.bytes(file).then((bytes) => JSON.parse(gunzipSync(bytes).toString('utf8')) as unknown);
    files.set(file, known);
    return known;
  };
}

async function runCase(one: Case, load: Load): Promise<CaseResult> {
  const result = verdict(one.id);
  try {
    const base = one.file === undefined ? undefined : BASES[/-(\w+)\.json/.exec(one.file)?.[1] ?? ''];
    if (one.rows !== undefined) checkStrings(one.rows, result);
    else if (one.entry !== undefined) checkDetect(one, (await load(one.file!)) as Listings, result);
    else if (base === undefined) checkBlocks((await load(one.file!)) as BlockTables, result);
    else if (one.components !== undefined)
      checkCheckpoint(one, (await load(one.file!)) as { rows: CheckpointRow[] }, base, result);
    else checkModules(one, (await load(one.file!)) as ModuleTables, base, result);
  } catch (error) {
    if (!(error instanceof SdError)) throw error;
    result.fail(`${error.name}: ${error.message}`);
  }
  return result.result();
}

function checkStrings(rows: readonly (readonly [string, string, string])[], result: Verdict): void {
  for (const [name, sd1, sd2] of rows)
    result.same(name, [a1111Spelling(name, false), a1111Spelling(name, true)], [sd1, sd2]);
}

type Listings = Readonly<Record<string, { readonly keys: Readonly<Record<string, Shape>> }>>;

function checkDetect(one: Case, listings: Listings, result: Verdict): void {
  const shapes: TensorShapes = new Map(
    Object.entries(listings[one.entry!]!.keys).map(([key, shape]) => [key, { shape }]),
  );
  result.same('tensors', shapes.size, one.keys);
  result.same('A1111', a1111Config(shapes), one.a1111_config);
  result.same('diffusers', diffusersType(shapes), one.diffusers_type);
  result.same('recognised', described(shapes, one.expect!), claimed(one.expect!));
}

type Blocks = readonly (readonly [string, number])[];

interface BlockTables {
  readonly sd1: Blocks;
  readonly sdxl: Blocks;
  readonly svd_merge: { readonly sd1: Blocks; readonly sdxl: Blocks };
}

function checkBlocks(tables: BlockTables, result: Verdict): void {
  const check = (rows: Blocks, base: 'sd' | 'sdxl', index: (module: Module) => number | undefined): void => {
    const table = knownNames(base === 'sd' ? 'SD1' : 'SDXL');
    for (const [name, expected] of rows) {
      const module = resolveModule(name, table);
      result.same(name, module === undefined ? 'not found' : (index(module) ?? -1), expected);
    }
  };
  for (const base of ['sd', 'sdxl'] as const) {
    check(tables[base === 'sd' ? 'sd1' : 'sdxl'], base, (module) => trainingBlock(module, base));
    check(tables.svd_merge[base === 'sd' ? 'sd1' : 'sdxl'], base, (module) => mergingBlock(module, base));
  }
}
