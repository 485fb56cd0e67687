import { SdError } from '@graft/core/errors';
import {
  a1111Layer,
  a1111Layers,
  knownNames,
  presetModules,
  resolveModule,
  spellModule,
  type KnownBase,
  type Module,
  type NameTable,
  type Preset,
  type SpellingStyle,
} from '@graft/core/models/names';
import { thirdOf, type Case, type Shape, type Verdict } from './names-case.ts';

/** Columns as the table's own `columns` say. */
type UNetRow = readonly [
  ldm: string,
  diffusers: string,
  kind: string,
  shape: Shape,
  kohya: string,
  other: string,
  a1111Diffusers: string | null,
  a1111Ldm: string | null,
  oftDiffusers: string | null,
  oftLdm: string | null,
  lycoris: string,
  peft: string,
  old: string | null,
  kohyaInDiffusers: string | null,
  presets: readonly string[],
];
type TextRow = readonly [
  component: string,
  hf: string,
  kind: string,
  shape: Shape,
  key: string,
  third: string,
  kohya: string,
  a1111: string | null,
  a1111Te1: string | null,
  peft: string,
  presets: readonly string[],
];

export interface ModuleTables {
  readonly unet: { readonly rows: readonly UNetRow[] };
  readonly text: { readonly rows: readonly TextRow[] };
}

/** A table of layers: every spelling both ways, what A1111 finds, and what trainers adapt. */
export function checkModules(one: Case, { unet, text }: ModuleTables, base: KnownBase, result: Verdict): void {
  const table = knownNames(base);
  const ofUNet = table.modules.filter(({ component }) => component === 'unet');
  const ofText = table.modules.filter(({ component }) => component === 'te1' || component === 'te2');
  result.same('numbers', [ofUNet.length, ofText.length], [unet.rows.length, text.rows.length]);
  const presets = presetTable(table);
  const byPath = new Map(table.modules.map((module) => [`${module.component} ${module.diffusers}`, module]));
  const layers = a1111Layers(table);
  const missed = { kohya: new Set<string>(), other: new Set<string>() };
  for (const row of unet.rows) {
    const module = byPath.get(`unet ${row[1]}`);
    if (module === undefined) {
      result.fail(`${row[1]}: not in the table`);
      continue;
    }
    checkUNetRow(row, module, { table, layers, presets }, result);
    if (a1111Layer(row[4], layers) === undefined) missed.kohya.add(row[4]);
    if (a1111Layer(row[5], layers) === undefined) missed.other.add(row[5]);
  }
  for (const row of text.rows) {
    const module = byPath.get(`${row[0] === 'text_encoder' ? 'te1' : 'te2'} ${row[1]}`);
    if (module === undefined) {
      result.fail(`${row[1]}: not in the table`);
      continue;
    }
    checkTextRow(row, module, { table, layers, presets }, result);
    // Nobody adapts the embeddings.
    if (row[2] !== 'Embedding' && a1111Layer(row[6], layers) === undefined) missed.kohya.add(row[6]);
  }
  if (one.a1111_misses) result.same('A1111 misses', [...missed.kohya].toSorted(), one.a1111_misses);
  if (one.a1111_misses_other_spelling)
    result.same('A1111 misses, other spelling', [...missed.other].toSorted(), one.a1111_misses_other_spelling);
  for (const [name, expected] of Object.entries(one.preset_counts ?? {})) {
    const modules = presets.get(name);
    const stops = typeof expected === 'string';
    result.same(`${name} stops`, modules === undefined, stops);
    if (!stops) result.same(name, modules?.size, expected);
  }
  for (const [name, expected] of Object.entries(one.preset_counts_unet ?? {}))
    result.same(
      `${name} in the UNet`,
      [...(presets.get(name) ?? [])].filter(({ component }) => component === 'unet').length,
      expected,
    );
}

interface Tables {
  readonly table: NameTable;
  readonly layers: ReturnType<typeof a1111Layers>;
  readonly presets: ReadonlyMap<string, ReadonlySet<Module> | undefined>;
}

/** Axes of the weight of a class. */
const AXES: Readonly<Record<string, number>> = {
  Linear: 2,
  Conv2d: 4,
  Embedding: 2,
  LayerNorm: 1,
  GroupNorm: 1,
  GroupNorm32: 1,
};

function checkUNetRow(row: UNetRow, module: Module, { table, layers, presets }: Tables, result: Verdict): void {
  const [
    ldm,
    diffusers,
    kind,
    shape,
    kohya,
    other,
    byDiffusers,
    byLdm,
    oftDiffusers,
    oftLdm,
    lycoris,
    peft,
    old,
    inDiffusers,
    trains,
  ] = row;
  const spell = (style: SpellingStyle): string | null => spellModule(module, style, table) ?? null;
  result.same(`${ldm} itself`, [module.ldm, module.diffusers, module.shape], [ldm, diffusers, shape]);
  result.same(`${ldm} class`, module.shape.length, AXES[kind]);
  const [own, another] =
    table.kohya === 'ldm' ? (['kohya-ldm', 'kohya-diffusers'] as const) : (['kohya-diffusers', 'kohya-ldm'] as const);
  result.same(`${ldm} spelled`, [spell('kohya'), spell(own), spell(another)], [kohya, kohya, other]);
  result.same(
    `${ldm} elsewhere`,
    [spell('lycoris'), spell('diffusers'), spell('attention-processor')],
    [lycoris, peft, old],
  );
  const oft = (style: SpellingStyle): string => spell(style)!.replace('lora_unet_', 'oft_unet_');
  const found = [spell('kohya-diffusers')!, spell('kohya-ldm')!, oft('kohya-diffusers'), oft('kohya-ldm')].map(
    (name) => a1111Layer(name, layers) ?? null,
  );
  result.same(`${ldm} in A1111`, found, [byDiffusers, byLdm, oftDiffusers, oftLdm]);
  const spellings = [
    kohya,
    other,
    lycoris,
    peft,
    old,
    oft('kohya'),
    spell('peft'),
    spell('comfy'),
    spell('checkpoint'),
    ldm,
    diffusers,
  ];
  // What diffusers makes of kohya's name is a spelling too, with or without the part of the adapter.
  for (const spelling of [...spellings, inDiffusers?.replace(/(\.lora)?\.up\.weight$/, '') ?? null])
    if (spelling !== null && resolveModule(spelling, table) !== module) result.fail(`${spelling} is not found`);
  checkPresets(ldm, module, trains, presets, result);
}

function checkTextRow(row: TextRow, module: Module, { table, layers, presets }: Tables, result: Verdict): void {
  const [, hf, kind, shape, key, third, kohya, byA1111, byTe1, peft, trains] = row;
  const spell = (style: SpellingStyle): string | null => spellModule(module, style, table) ?? null;
  const prefix = table.places.find(({ component }) => component === module.component)!.prefix;
  result.same(`${hf} itself`, [module.diffusers, module.shape, module.shape.length], [hf, shape, AXES[kind]]);
  result.same(`${hf} stored`, [prefix + module.weight.key, thirdOf(module.weight.slice)], [key, third]);
  result.same(`${hf} spelled`, [spell('kohya'), spell('diffusers')], [kohya, peft]);
  const asTe1 = kohya.replace(/^lora_te\d?_/, 'lora_te1_');
  result.same(
    `${hf} in A1111`,
    [a1111Layer(kohya, layers) ?? null, a1111Layer(asTe1, layers) ?? null],
    [byA1111, byTe1],
  );
  for (const spelling of [kohya, peft, spell('comfy'), spell('checkpoint')])
    if (spelling !== null && resolveModule(spelling, table) !== module) result.fail(`${spelling} is not found`);
  checkPresets(hf, module, trains, presets, result);
}

function checkPresets(
  name: string,
  module: Module,
  expected: readonly string[],
  presets: Tables['presets'],
  result: Verdict,
): void {
  const trains = [...presets].filter(([, modules]) => modules?.has(module) === true).map(([preset]) => preset);
  result.same(`${name} is trained by`, trains.toSorted(), expected.toSorted());
}

const PRESETS: readonly Preset[] = [
  'full',
  'full-lin',
  'attn-mlp',
  'attn-only',
  'unet-only',
  'unet-transformer-only',
  'unet-convblock-only',
  'ia3',
];

/** By golden name; undefined where the trainer stops. The golden data give both versions of LyCORIS only where they differ. */
function presetTable(table: NameTable): Map<string, ReadonlySet<Module> | undefined> {
  const modules = new Map<string, ReadonlySet<Module> | undefined>();
  // Nobody trains the refiner.
  if (table.modules.every(({ component }) => component !== 'te1')) return modules;
  for (const preset of ['kohya', 'kohya+conv'] as const) modules.set(preset, new Set(presetModules(preset, table)));
  for (const preset of PRESETS) {
    modules.set(`lycoris-${preset}`, tryPreset(preset, table));
    if (TWO_VERSIONS.has(preset)) modules.set(`lycoris3-${preset}`, new Set(presetModules(preset, table)));
  }
  return modules;
}

const TWO_VERSIONS: ReadonlySet<Preset> = new Set([
  'full',
  'full-lin',
  'attn-mlp',
  'unet-only',
  'unet-transformer-only',
]);

function tryPreset(preset: Preset, table: NameTable): ReadonlySet<Module> | undefined {
  try {
    return new Set(presetModules(preset, table, { timeClass: true }));
  } catch (error) {
    if (error instanceof SdError) return undefined;
    throw error;
  }
}
