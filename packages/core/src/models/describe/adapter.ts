import { COMMON_PARTS, splitBundled } from '../names/index.ts';
import { basesOfContext, basesOfTextWidth } from './checkpoint.ts';
import type { AdapterDescription, Base, Recognition } from './description.ts';
import { fittingBases } from './fitting-bases.ts';
import { FOREIGN_MODULES } from './foreign.ts';
import type { Keys } from './keys.ts';
import { basesOfLdmNames } from './ldm-names.ts';
import { familyOf, splitPart, type FamilySign, type Shapes } from './parts.ts';

interface Module {
  readonly name: string;
  /** Shapes of its parts. */
  readonly parts: Map<string, readonly number[]>;
}

/** A LoRA or one of its relatives, told from the parts of its modules. */
export function recogniseAdapter(keys: Keys, metadata: ReadonlyMap<string, string>): Recognition | undefined {
  const words = keys.names.flatMap((name) => splitBundled(name)?.word ?? []);
  if (words.length === keys.names.length) return bundledAlone([...new Set(words)]);
  const modules = new Map<string, Module>();
  for (const name of oldListNames(keys) ?? keys.names) {
    const split = splitPart(name);
    if (split === undefined) continue;
    const module = modules.get(split.module) ?? { name: split.module, parts: new Map() };
    module.parts.set(split.part, keys.shape(name) ?? []);
    modules.set(split.module, module);
  }
  const byFamily = new Map<string, number>();
  const ranks = new Map<number, number>();
  const whole: Module[] = [];
  const broken: string[] = [];
  let brokenKeys = 0;
  let conv = false;
  for (const module of modules.values()) {
    const family = familyOf(module.parts);
    if (family === undefined) {
      // What any network has makes an adapter only under names that no other file has.
      if (KOHYA.test(module.name) || [...module.parts.keys()].some((part) => !COMMON_PARTS.has(part))) {
        broken.push(module.name);
        brokenKeys += module.parts.size;
      }
      continue;
    }
    whole.push(module);
    const label = family.label(module.parts);
    byFamily.set(label, (byFamily.get(label) ?? 0) + 1);
    const rank = family.rank?.(module.parts);
    if (rank !== undefined) ranks.set(rank, (ranks.get(rank) ?? 0) + 1);
    conv ||= [...module.parts.values()].some(
      (shape) => shape.length === 4 && shape[2]! * shape[3]! > 1 && label !== 'boft',
    );
  }
  // Broken modules make an adapter only when most of the file looks like one.
  if (whole.length === 0 && brokenKeys < keys.names.length / 4) return undefined;
  if (whole.length === 0 && broken.length === 0) return undefined;
  const families = [...byFamily.keys()];
  const adapter: AdapterDescription = {
    families,
    modulesByFamily: byFamily,
    // What lacks a part changes nothing; where all do, they tell what was meant.
    components: componentsOf(whole.length > 0 ? whole.map(({ name }) => name) : broken),
    modules: whole.length,
    ranks,
    conv,
    broken,
  };
  const { foreign, bases, why, also } = baseOf([...modules.values()], metadata);
  const what = `${families.map((family) => TITLES.get(family) ?? family).join(', ') || 'incomplete'} adapter`;
  return foreign
    ? { kind: 'unsupported', what: `${bases.join()} adapter`, bases, why, adapter }
    : { kind: 'adapter', what, bases, why, ...(also && also.length > 0 ? { also } : {}), adapter };
}

/** What kohya's and LyCORIS' names of modules begin with. */
const KOHYA = /^(?:lora_unet|lora_te[12]?|oft_unet|lycoris)_/;

/** An adapter that brings embeddings and changes no layer. */
function bundledAlone(words: readonly string[]): Recognition {
  return {
    kind: 'adapter',
    what: `adapter of ${words.length === 1 ? 'a bundled embedding' : `${words.length} bundled embeddings`} alone`,
    bases: [],
    why: `it holds nothing but vectors for ${words.join(', ')}`,
    adapter: {
      families: [],
      modulesByFamily: new Map(),
      components: [],
      modules: 0,
      ranks: new Map(),
      conv: false,
      broken: [],
    },
  };
}

/** The oldest LoRA files are a bare list: up and down by turns. Their names as this program would have them. */
function oldListNames(keys: Keys): string[] | undefined {
  const list =
    keys.names.length >= 2 && keys.names.length % 2 === 0 && keys.names.every((name, i) => name === String(i));
  if (!list) return undefined;
  const pairs = keys.names.every((name, i) => {
    const [up, down] = [keys.shape(String(i - (i % 2)))!, keys.shape(String(i - (i % 2) + 1))!];
    return name !== '' && up.length === 2 && down.length === 2 && up[1] === down[0];
  });
  return pairs ? keys.names.map((_, i) => `unet:${i >> 1}:${i % 2 === 0 ? 'up' : 'down'}`) : undefined;
}

/** How people write the names of families. */
const TITLES: ReadonlyMap<string, string> = new Map([
  ['lora', 'LoRA'],
  ['lora + dora', 'LoRA with DoRA'],
  ['loha', 'LoHa'],
  ['loha + dora', 'LoHa with DoRA'],
  ['lokr', 'LoKr'],
  ['lokr + dora', 'LoKr with DoRA'],
  ['ia3', '(IA)³'],
  ['full', 'full difference'],
  ['glora', 'GLoRA'],
  ['oft', 'OFT'],
  ['boft', 'BOFT'],
  ['tlora', 'T-LoRA'],
]);

const COMPONENTS: readonly (readonly [RegExp, string])[] = [
  [/^(lora_te2_|(base_model\.model\.)?text_encoder_2\.|text_encoders\.clip_g\.)/, 'te2'],
  [/^lora_te1_/, 'te1'],
  [/^(lora_te_|text_encoder\.|text_encoders\.)|text_model/, 'te'],
  [/./, 'unet'],
];

function componentsOf(names: readonly string[]): string[] {
  const found = new Set(names.map((name) => COMPONENTS.find(([pattern]) => pattern.test(name))?.[1] ?? 'unet'));
  return ['te', 'te1', 'te2', 'unet'].filter((component) => found.has(component));
}

interface FoundBase {
  readonly bases: readonly Base[];
  readonly why: string;
  readonly foreign?: boolean;
  readonly also?: readonly Base[];
}

/** The base models that an adapter's modules fit. The rules and their order are those of several programs put together. */
function baseOf(modules: readonly Module[], metadata: ReadonlyMap<string, string>): FoundBase {
  const any = (pattern: RegExp): boolean => modules.some(({ name }) => pattern.test(name));
  for (const [pattern, base] of FOREIGN_MODULES)
    if (any(pattern)) return { bases: [base], why: `its module names are ${base}'s`, foreign: true };

  const context = inputWidth(modules, /attn2[._]to_[kv](?:$|[._])/);
  const reads = `its cross-attention reads texts ${context} wide`;
  if (context === 1280) return { bases: ['SDXL refiner'], why: reads };
  const changed = modules.map((one) => ({ name: one.name, input: widthOf(one, INPUT), output: widthOf(one, OUTPUT) }));
  // Of layers that read texts the width says more.
  const fitting = context === undefined ? fittingBases(changed) : [];
  if (fitting.length === 1 && fitting[0] === 'SDXL refiner')
    return { bases: fitting, why: "its layers are those of SDXL's refiner alone, by their names and widths" };
  if (any(/^lora_te2_|^(base_model\.model\.)?text_encoder_2\.|^text_encoders\.clip_g\.|label_emb|add_embedding/))
    return { bases: ['SDXL'], why: 'it has modules that only SDXL has' };
  if (any(/transformer_blocks[._][1-9]/))
    return { bases: ['SDXL'], why: 'it has more than one transformer block a level, as only SDXL' };
  const readers = basesOfContext(context);
  if (readers.length > 0) return { bases: readers, why: reads };

  const width = textWidth(modules);
  const towers = basesOfTextWidth(width).filter((base) => base !== 'SDXL' || !any(/^lora_te_/));
  const shared = towers.filter((base) => fitting.some((one) => one === base));
  const text = shared.length > 0 ? shared : towers;
  if (text.length > 0) return { bases: text, why: `its text encoder is ${width} wide` };
  if (any(/^unet:\d+$/)) return { bases: ['SD1'], why: 'it is numbered as the first trainer did, for SD1 only' };
  const ldm = basesOfLdmNames(modules.map(({ name }) => name));
  if (ldm.bases.length > 0 && ldm.bases.length < 3)
    return {
      bases: ldm.bases,
      why: `its numbers of blocks and its text encoder are those of ${ldm.bases.join(' and ')}`,
    };
  const told = baseOfMetadata(metadata);
  if (ldm.kohya && told.bases.length === 0)
    return {
      bases: ['SDXL'],
      also: ldm.bases.filter((base) => base !== 'SDXL'),
      why: 'kohya names UNet layers so for SDXL; others have layers of these names, too',
    };
  const output = outputWidth(modules, FIRST_LEVEL);
  if (output !== undefined && output !== FIRST_WIDTH)
    return { bases: [], why: `its layers of the first level are ${output} wide, as those of no base model` };
  if (any(/down_blocks[._]3[._]resnets|down_blocks[._]0[._]attentions|^(lora|oft)_unet_(down|mid|up)_block/))
    return {
      bases: ['SD1', 'SD2'],
      // Diffusers spells SDXL's layers so, too; few adapters for it have names of that kind.
      also: told.bases.length > 0 ? [] : fitting.filter((base) => base === 'SDXL'),
      why: 'its module names are those of SD1 and SD2; no width tells them apart',
    };
  if (told.bases.length > 0 || fitting.length === 0) return told;
  return { bases: fitting, why: `its layers are those of ${fitting.join(' and ')}, by their names and widths` };
}

function baseOfMetadata(metadata: ReadonlyMap<string, string>): FoundBase {
  const version = metadata.get('ss_base_model_version') ?? '';
  const why = 'its metadata say so';
  if (version.startsWith('sdxl_')) return { bases: ['SDXL'], why };
  if (version.startsWith('sd_v2') || metadata.get('ss_v2') === 'True') return { bases: ['SD2'], why };
  if (version.startsWith('sd_v1')) return { bases: ['SD1'], why };
  return { bases: [], why: 'nothing tells the base model' };
}

/** Layers of SD1 and SD2 that are all as wide as the first level. SDXL has no attention there. */
const FIRST_LEVEL = /down_blocks[._]0[._]attentions[._]\d[._]transformer_blocks[._]0[._]attn[12][._]/;
const FIRST_WIDTH = 320;

type Width = (family: FamilySign, parts: Shapes) => number | undefined;

const INPUT: Width = (family, parts) => family.input?.(parts);
const OUTPUT: Width = (family, parts) => family.output?.(parts);
const ANY: Width = (family, parts) => family.input?.(parts) ?? family.output?.(parts) ?? family.either?.(parts);

/** Input width of the first module whose name matches and whose family tells it. */
function inputWidth(modules: readonly Module[], pattern: RegExp): number | undefined {
  return firstWidth(modules, pattern, INPUT);
}

/** Width of a text encoder. Its attention takes in as much as it gives out; of its other layers one side is as wide. */
function textWidth(modules: readonly Module[]): number | undefined {
  return (
    firstWidth(modules, /encoder[._]layers[._]\d+[._]self_attn[._](?:[qkv]|out)_proj(?:$|[._])/, ANY) ??
    inputWidth(modules, /encoder[._]layers[._]\d+[._]mlp[._]fc1(?:$|[._])/) ??
    outputWidth(modules, /encoder[._]layers[._]\d+[._]mlp[._]fc2(?:$|[._])/)
  );
}

/** Output width of the first module whose name matches and whose family tells nothing but that. */
function outputWidth(modules: readonly Module[], pattern: RegExp): number | undefined {
  return firstWidth(modules, pattern, OUTPUT);
}

function firstWidth(modules: readonly Module[], pattern: RegExp, which: Width): number | undefined {
  for (const module of modules) {
    const width = pattern.test(module.name) ? widthOf(module, which) : undefined;
    if (width !== undefined) return width;
  }
  return undefined;
}

function widthOf({ parts }: Module, which: Width): number | undefined {
  const family = familyOf(parts);
  return family && which(family, parts);
}
