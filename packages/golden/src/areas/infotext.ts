import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  imageType,
  localizeNetworks,
  parseInfotext,
  quoteValue,
  readImageText,
  settingOverrides,
  splitSampler,
  unquoteValue,
  writeImageText,
  writeInfotext,
  type Infotext,
  type ParseInfotextOptions,
} from '@graft/core/formats';
import { extractStyles, parseAttention, readStyles, type Style } from '@graft/core/text';
import { verdict, type Area, type CaseResult, type Folder } from '../area.ts';
import { fieldsOf, picturesOf, type WriteCase } from './infotext-fields.ts';
import { markFloats, plain } from './json-floats.ts';
import { SAMPLER_TABLES, samplerByAlias } from './sampler-tables.ts';

interface ReadCase {
  readonly text: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly parsed: Readonly<Record<string, unknown>>;
  /** Only when the local network files change it. */
  readonly pasted?: Readonly<Record<string, unknown>>;
  readonly override_settings: readonly (readonly [string, string, unknown])[];
  readonly sampler: readonly [string, string];
}

interface QuoteCase {
  readonly value: unknown;
  readonly quoted: unknown;
  readonly back: string;
}

interface SamplerCase {
  readonly sampler: string;
  readonly scheduler: string | null;
  readonly result: readonly [string, string];
  readonly keep_explicit: readonly [string, string];
}

interface PictureCase {
  readonly file: string;
  readonly written: string | null;
  readonly read: string | null;
  readonly items: Readonly<Record<string, string>>;
}

type Case = { readonly id: string } & (
  | ({ readonly kind: 'write'; readonly error?: unknown } & Omit<WriteCase, 'styles' | 'version'> &
      Omit<ReadCase, 'text' | 'options'>)
  | ({ readonly kind: 'parse' } & ReadCase)
  | ({ readonly kind: 'quote' } & QuoteCase)
  | ({ readonly kind: 'sampler' } & SamplerCase)
  | ({ readonly kind: 'picture' } & PictureCase)
);

interface Index {
  readonly reference: string;
  readonly styles_csv: string;
  readonly cases: readonly Case[];
}

type Verdict = ReturnType<typeof verdict>;

/** The line of generation parameters: written, parsed, and read from picture files. */
export const infotext: Area = {
  name: 'infotext',
  async *run(folder) {
    // Python tells 10.0 from 10, and prints what the request said.
    const index = markFloats(await readFile(join(folder.path, 'index.json'), 'utf8')) as Index;
    const styles = readStyles(index.styles_csv);
    const version = /v\d[\w.]*/.exec(index.reference)?.[0] ?? '';
    for (const one of index.cases) yield await runCase(folder, one, { styles, version });
  },
};

interface Setup {
  readonly styles: readonly Style[];
  readonly version: string;
}

async function runCase(folder: Folder, one: Case, { styles, version }: Setup): Promise<CaseResult> {
  const outcome = verdict(one.id);
  try {
    switch (one.kind) {
      case 'write': {
        if (one.error !== undefined)
          return {
            id: one.id,
            status: 'waiting',
            note: 'requests that the API refuses are the business of the server',
          };
        const texts = Array.from({ length: picturesOf(one.request) }, (_, i) =>
          writeInfotext(fieldsOf({ ...one, styles, version }, i)),
        );
        outcome.same('infotexts', texts, one.infotexts);
        checkRead(outcome, { ...one, text: one.infotexts[0]!, options: {} }, styles);
        break;
      }
      case 'parse':
        checkRead(outcome, one, styles);
        break;
      case 'quote': {
        const quoted = String(plain(one.quoted));
        outcome.same('quoted', quoteValue(String(plain(one.value))), quoted);
        outcome.same('back', unquoteValue(quoted), one.back);
        break;
      }
      case 'sampler': {
        const { sampler, scheduler } = one;
        outcome.same('result', splitSampler(SAMPLER_TABLES, { sampler, scheduler }), one.result);
        const kept = splitSampler(SAMPLER_TABLES, { sampler, scheduler, keepExplicit: true });
        outcome.same('keep_explicit', kept, one.keep_explicit);
        break;
      }
      case 'picture':
        checkPicture(outcome, one, await folder.bytes(one.file));
    }
  } catch (error) {
    outcome.fail(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  return outcome.result();
}

function checkRead(outcome: Verdict, one: ReadCase, styles: readonly Style[]): void {
  const parsed = parseInfotext(one.text, parseOptions(one.options, styles));
  outcome.same('parsed', Object.fromEntries(parsed), plain(one.parsed));
  const local = localizeNetworks(parsed, localNames(one));
  outcome.same('pasted', Object.fromEntries(local), plain(one.pasted ?? one.parsed));
  const overrides = settingOverrides(parsed).map(({ parameter, option, value }) => [parameter, option, value]);
  outcome.same('override_settings', overrides, plain(one.override_settings));
  const names = splitSampler(SAMPLER_TABLES, {
    sampler: text(parsed, 'Sampler'),
    scheduler: text(parsed, 'Schedule type'),
  });
  outcome.same('sampler', names, one.sampler);
}

function text(parsed: Infotext, key: string): string | undefined {
  const value = parsed.get(key);
  return value === undefined ? undefined : String(value);
}

function parseOptions(options: ReadCase['options'], styles: readonly Style[]): ParseInfotextOptions {
  const chosen = options['infotext_styles'] as NonNullable<ParseInfotextOptions['styles']> | undefined;
  return {
    ...(chosen === undefined ? {} : { styles: chosen }),
    backwardCompatible: options['auto_backcompat'] !== false,
    oldHiresSize: options['use_old_hires_fix_width_height'] === true,
    skip: (options['infotext_skip_pasting'] as readonly string[] | undefined) ?? [],
    extractStyles: (prompt, negative) => {
      const found = extractStyles({ prompt, negative }, styles);
      return { styles: found.names, prompt: found.prompt, negativePrompt: found.negative };
    },
    usesEmphasis: (prompt) =>
      parseAttention(prompt).some(({ text: piece, weight }) => weight !== 1 && piece !== 'BREAK'),
  };
}

function words(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The files that lay in the reference's folders are known only by what became of their tags. */
function localNames(one: ReadCase): (hash: string) => string | undefined {
  const tags = [...words(one.pasted?.['Prompt']).matchAll(/<lora:([^:]+):/g)].map(([, name]) => name!);
  const hashes = words(one.parsed['Lora hashes'])
    .split(',')
    .map((part) => part.split(':')[1]?.trim());
  const names = new Map(hashes.map((hash, i) => [hash, tags[i]] as const));
  return (hash) => names.get(hash);
}

function checkPicture(outcome: Verdict, one: PictureCase, bytes: Uint8Array): void {
  const found = readImageText(bytes, { name: one.file, samplerName: samplerByAlias });
  outcome.same('read', found.infotext ?? null, one.read);
  outcome.same('items', Object.fromEntries(found.fields), one.items);
  const type = imageType(bytes);
  if (one.read === null || (type !== 'png' && type !== 'jpeg' && type !== 'webp')) return;
  const again = readImageText(writeImageText(bytes, { infotext: one.read }), { samplerName: samplerByAlias });
  // A PNG that already has an EXIF comment keeps it, and that is the one that counts.
  outcome.same('written and read again', again.infotext ?? null, one.read);
}
