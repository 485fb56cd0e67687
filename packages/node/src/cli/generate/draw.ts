import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { decodeUtf8 } from '@graft/core/bytes';
import { FormatError, RequestError } from '@graft/core/errors';
import { writeImageText, type ModelFile } from '@graft/core/formats';
import { assembleGrid, type ImageCodec, type Picture } from '@graft/core/image';
import { describeModel } from '@graft/core/models';
import { generate, readRequest, type GeneratedPicture, type GenerateRequest } from '@graft/core/pipeline';
import type { Runtime } from '@graft/core/runtime';
import { clipTokenizer, readStyles, type Style } from '@graft/core/text';
import { fileError } from '../../files.ts';
import { openLibrary } from '../../library.ts';
import { localModels, type LocalModels, type NamedFile } from '../../model-source.ts';
import { bundledRoot, modelRoots } from '../../roots.ts';
import type { Arguments } from '../arguments.ts';
import { createReporter, type Reporter } from '../progress.ts';
import type { Stop } from '../stop.ts';
import type { Terminal } from '../terminal.ts';
import { composeRequest, type Composed } from './compose.ts';
import { checkFolder, planOutput, type Output } from './output.ts';
import { createPreview } from './preview.ts';
import { pictureReader } from './pictures-in.ts';
import { sizeFor, type Size } from './size.ts';

export interface DrawInput {
  readonly given: Arguments;
  readonly terminal: Terminal;
  readonly engine: Promise<Runtime>;
  readonly stop: Stop;
}

/** Draws the pictures that a command line asks for. Everything that can be checked is, before a model is loaded. */
export async function draw({ given, terminal, engine, stop }: DrawInput): Promise<void> {
  const now = (): number => process.uptime() * 1000;
  const reporter = createReporter(terminal, now);
  const codec = lazyCodec();
  const composed = await composeRequest(given);
  const library = await openLibrary({ roots: modelRoots(given.value('models')) });
  const models = localModels({
    runtime: engine,
    library,
    textEncoder: given.value('text-encoder'),
    cancel: stop.cancel,
  });
  try {
    const prepared = await prepare(given, composed, { models, codec });
    for (const note of composed.notes) reporter.note(note);
    reporter.loading(prepared.checkpoint.stem);
    await run({ given, reporter, models, codec, stop, now, ...prepared });
  } finally {
    reporter.clear();
    await models.close();
  }
}

interface Prepared {
  readonly request: GenerateRequest;
  readonly checkpoint: NamedFile;
  readonly output: Output;
  readonly styles: readonly Style[];
  readonly count: number;
}

/** Finds models and sizes, and checks the rest. */
async function prepare(
  given: Arguments,
  composed: Composed,
  { models, codec }: { readonly models: LocalModels; readonly codec: ImageCodec },
): Promise<Prepared> {
  const { kind, base, folder } = composed;
  const settings = composed.body.override_settings;
  const checkpoint = models.checkpoint(textOf(settings['sd_model_checkpoint']));
  await models.vae(checkpoint, textOf(settings['sd_vae']));
  for (const field of ['refiner_checkpoint', 'hr_checkpoint_name']) {
    const name = textOf(composed.body[field]);
    if (name !== '' && name !== 'None' && !name.startsWith('Use same ')) models.checkpoint(name);
  }
  const { file } = await models.file(checkpoint.path);
  const body: Record<string, unknown> = { ...composed.body };
  if (base === 'nothing') body['cfg_scale'] ??= isBundled(checkpoint) ? BUNDLED_CFG : CFG;
  const read = pictureReader(folder);
  const pictures = new Map<string, Picture>();
  const readImage = (text: string, field: string): Uint8Array => read(text, field);
  if (base !== 'request') {
    const init = kind === 'img2img' ? (body['init_images'] as Uint8Array[])[0]! : undefined;
    const picture = init && (await codec.decode(init, basename(given.value('init') ?? 'init')));
    if (picture) pictures.set('init', picture);
    const natural = naturalSize(file);
    const size = picture && body['inpaint_full_res'] !== true ? sizeFor(picture, natural) : natural;
    body['width'] ??= size.width;
    body['height'] ??= size.height;
  }
  const request = readRequest(kind, body, readImage);
  if (request.kind === 'img2img') {
    for (const [i, bytes] of request.init_images.entries()) await codec.decode(bytes, `init_images[${i}]`);
    if (request.mask) await codec.decode(request.mask, 'mask');
  }
  const images = request.kind === 'img2img' ? request.init_images.length : 1;
  const count = request.n_iter * Math.max(request.batch_size, images);
  const output = await planOutput(
    { output: given.value('output'), format: given.value('format'), quality: given.value('quality') },
    count,
  );
  const preview = given.value('preview');
  if (preview !== undefined) await checkFolder(dirname(preview));
  return { request, checkpoint, output, styles: readStyleFile(given.value('styles')), count };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The webui's, and what suits the small model. */
const CFG = 7;
const BUNDLED_CFG = 4.5;

function isBundled({ path }: NamedFile): boolean {
  const root = bundledRoot();
  return root !== undefined && path.startsWith(root);
}

/** Sides in pixels that base models were trained at. */
const TRAINED: readonly (readonly [base: string, side: number])[] = [
  ['SDXL', 1024],
  ['SDXL refiner', 1024],
  ['SD3', 1024],
  ['SD2', 768],
];

/** The size that a model draws best: what its file says, else that of its kind. */
function naturalSize(file: ModelFile): Size {
  const told = /^(\d{2,4})x(\d{2,4})$/.exec(file.metadata.get('modelspec.resolution') ?? '');
  if (told) return sizeFor({ width: Number(told[1]), height: Number(told[2]) }, { width: 8192, height: 8192 });
  const { bases } = describeModel(file);
  const side = TRAINED.find(([base]) => bases.some((one) => one === base))?.[1] ?? 512;
  return { width: side, height: side };
}

function readStyleFile(path: string | undefined): Style[] {
  if (path === undefined) return [];
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw fileError(path, 'read', error);
  }
  const text = decodeUtf8(bytes, { fatal: true });
  if (text === undefined) throw new FormatError('bad-header', basename(path), 'is not UTF-8');
  return readStyles(text, basename(path));
}

/** The codec, whose native library is loaded when a picture is first read or written. */
function lazyCodec(): ImageCodec {
  const load = async (): Promise<ImageCodec> => (await import('../../images.ts')).imageCodec();
  let codec: Promise<ImageCodec> | undefined;
  return {
    decode: async (bytes, name) => (await (codec ??= load())).decode(bytes, name),
    encode: async (source, format, options) => (await (codec ??= load())).encode(source, format, options),
  };
}

interface Run extends Prepared {
  readonly given: Arguments;
  readonly reporter: Reporter;
  readonly models: LocalModels;
  readonly codec: ImageCodec;
  readonly stop: Stop;
  now(): number;
}

async function run({
  given,
  reporter,
  models,
  codec,
  stop,
  now,
  request,
  output,
  styles,
  count,
  checkpoint,
}: Run): Promise<void> {
  const path = given.value('preview');
  const preview =
    path === undefined
      ? undefined
      : createPreview({
          path,
          codec,
          onWritten: () => reporter.file('preview', path),
          onFailed: (error) =>
            reporter.note(`There will be no preview: ${error instanceof Error ? error.message : String(error)}`),
        });
  const grid: GeneratedPicture[] = [];
  let partial = false;
  const told = new Set<string>();
  let saved = 0;
  const context = { models, codec, tokenizer: clipTokenizer(), styles, randomSeed: () => BigInt(randomInt(2 ** 32)) };
  const pictures = generate(request, context, {
    cancel: stop.cancel,
    interrupt: stop.interrupt,
    trace: { onStart: () => reporter.ready() },
    onProgress(progress) {
      if (!stop.drawing) void checkpoint.hash().catch(() => undefined);
      stop.drawing = true;
      partial = progress.calls < progress.totalCalls;
      reporter.step(progress);
      preview?.step(progress, now());
    },
  });
  for await (const one of pictures) {
    const file = await output.save(await encode(one, { output, codec, given }), one.index);
    saved++;
    const { width, height } = one.picture;
    const { seed, subseed, index, infotext } = one;
    for (const note of one.notes) {
      if (!told.has(note)) reporter.note(note);
      told.add(note);
    }
    reporter.saved({
      path: file,
      absolute: resolve(file),
      index,
      seed,
      subseed,
      width,
      height,
      infotext,
      partial: partial && stop.interrupt.aborted,
    });
    if (given.has('grid')) grid.push(one);
  }
  await preview?.end();
  if (grid.length > 1) {
    const sheet = assembleGrid(grid.map(({ picture }) => picture));
    reporter.file(
      'grid',
      await output.saveGrid(await encode({ ...grid[0]!, picture: sheet }, { output, codec, given })),
    );
  } else if (given.has('grid') && count === 1) reporter.note('There is one picture, so there is no grid of several.');
  reporter.done(saved);
}

async function encode(
  { picture, infotext }: Pick<GeneratedPicture, 'picture' | 'infotext'>,
  { output, codec, given }: { readonly output: Output; readonly codec: ImageCodec; readonly given: Arguments },
): Promise<Uint8Array> {
  const { format, quality } = output;
  const bytes = await codec.encode(picture, format, quality === undefined ? {} : { quality });
  return given.has('no-metadata') ? bytes : writeImageText(bytes, { infotext });
}
