import { resolve } from 'node:path';
import { writeImageText } from '@graft/core/formats';
import { assembleGrid } from '@graft/core/image';
import {
  checkRequest,
  generate,
  unsaidNotes,
  type GeneratedPicture,
  type GenerateHooks,
  type PipelineContext,
} from '@graft/core/pipeline';
import { createContext } from './context.ts';
import { prepare, type Prepared } from './prepare.ts';
import { createPreview, type Preview } from './preview.ts';
import { givesEncoders, watchEncoders } from './text-encoders.ts';
import { withStudio, type DrawInput, type Studio } from './studio.ts';

/**
 * Draws the pictures that a command line asks for, and writes each when it is done. Everything that can be checked is, before a
 * model is loaded. Throws what composing, loading and drawing throw.
 */
export function draw(input: DrawInput): Promise<void> {
  return withStudio(input, async (studio) => {
    const { given, composed, models, networks, registry, codec, reporter } = studio;
    const prepared = await prepare(given, composed, { models, codec });
    studio.plan([prepared.request]);
    const { request, styles } = prepared;
    const context = createContext({ models, networks, registry, codec, styles });
    const notes = await unsaidNotes([request], { networks, styles });
    const encoders = watchEncoders(given, models);
    if (givesEncoders(given)) await checkRequest(request, context, (wish) => encoders.outline(wish));
    for (const note of [...composed.notes, ...notes, ...encoders.notes()]) reporter.note(note);
    await drawAll(prepared, studio, context);
  });
}

async function drawAll(prepared: Prepared, studio: Studio, context: PipelineContext): Promise<void> {
  const { request, output, count } = prepared;
  const { given, reporter } = studio;
  const preview = previewOf(studio);
  const { hooks, isPartial } = watch(prepared, studio, preview);
  const grid: GeneratedPicture[] = [];
  const told = new Set<string>();
  let saved = 0;
  for await (const one of generate(request, context, hooks)) {
    const { picture, infotext, seed, subseed, index } = one;
    for (const note of one.notes) {
      if (!told.has(note)) reporter.note(note);
      told.add(note);
    }
    const path = await output.save(await encode(one, prepared, studio), index);
    const { width, height } = picture;
    const partial = isPartial();
    reporter.saved({ path, absolute: resolve(path), index, seed, subseed, width, height, infotext, partial });
    saved++;
    if (given.has('grid')) grid.push(one);
  }
  await preview?.end();
  if (grid.length > 1) {
    const sheet = { ...grid[0]!, picture: assembleGrid(grid.map(({ picture }) => picture)) };
    reporter.file('grid', await output.saveGrid(await encode(sheet, prepared, studio)));
  } else if (given.has('grid') && count === 1) reporter.note('There is one picture, so there is no grid of several.');
  reporter.done(saved);
}

/** Follows the work. `isPartial`: whether it was stopped before the last step of the pictures that come now. */
function watch(
  { checkpoint }: Prepared,
  { reporter, stop }: Studio,
  preview: Preview | undefined,
): { readonly hooks: GenerateHooks; isPartial(): boolean } {
  let unfinished = false;
  const hooks: GenerateHooks = {
    cancel: stop.cancel,
    interrupt: stop.interrupt,
    trace: { onStart: () => reporter.ready() },
    onProgress(progress) {
      reporter.ready();
      // The file is read for its hash while the engine computes.
      if (!stop.drawing) checkpoint.hash().catch(() => undefined);
      stop.drawing = true;
      unfinished = progress.calls < progress.totalCalls;
      reporter.step(progress);
      preview?.step(progress);
    },
  };
  return { hooks, isPartial: () => unfinished && stop.interrupt.aborted };
}

function previewOf({ given, reporter, codec, now }: Studio): Preview | undefined {
  const path = given.value('preview');
  if (path === undefined) return undefined;
  return createPreview({
    path,
    codec,
    now,
    onWritten: () => reporter.file('preview', path),
    onFailed: (error) =>
      reporter.note(`There will be no preview: ${error instanceof Error ? error.message : String(error)}`),
  });
}

async function encode(
  { picture, infotext }: Pick<GeneratedPicture, 'picture' | 'infotext'>,
  { output: { format, quality } }: Prepared,
  { codec, given }: Studio,
): Promise<Uint8Array> {
  const bytes = await codec.encode(picture, format, quality === undefined ? {} : { quality });
  return given.has('no-metadata') ? bytes : writeImageText(bytes, { infotext });
}
