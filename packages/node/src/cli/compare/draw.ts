import { resolve } from 'node:path';
import { AbortedError } from '@graft/core/errors';
import { writeImageText } from '@graft/core/formats';
import type { ImageCodec } from '@graft/core/image';
import { generate, type GeneratedPicture, type PipelineContext } from '@graft/core/pipeline';
import { writeFileAtomically } from '../../files.ts';
import { extend, foreignFamilies } from '../../extension/registry.ts';
import { openLibrary } from '../../library.ts';
import { localModels } from '../../model-source.ts';
import { modelRoots } from '../../roots.ts';
import type { Arguments } from '../arguments.ts';
import { composeRequest } from '../generate/compose.ts';
import { createContext, lazyCodec, readStyleFile } from '../generate/context.ts';
import type { DrawInput } from '../generate/draw.ts';
import { largestOf, memoryCheck, type PictureSize } from '../generate/memory.ts';
import { withNetworks } from '../generate/networks.ts';
import { createReporter, type Reporter } from '../progress.ts';
import type { Stop } from '../stop.ts';
import { planFiles, type CompareFiles } from './files.ts';
import { prepareComparison, type PreparedComparison } from './prepare.ts';
import { differenceSheets, measureCells, pictureSheets, renderTable, type DrawnCell, type Measure } from './report.ts';

/** What drawing works with. */
interface Studio {
  readonly given: Arguments;
  readonly reporter: Reporter;
  readonly codec: ImageCodec;
  readonly context: PipelineContext;
  readonly files: CompareFiles;
  readonly stop: Stop;
}

/**
 * Draws all cells that a command line asks for, each into a file when it is done, then the grids, and tells how far pictures are from each other.
 * Every cell is checked before the first is drawn. Throws what composing, loading and drawing throw.
 */
export async function drawComparison({ given, terminal, engine, stop, extensions }: DrawInput): Promise<void> {
  const reporter = createReporter(terminal, () => process.uptime() * 1000, 'cell');
  const codec = lazyCodec();
  const registry = extend(extensions);
  const told = await composeRequest(given, registry);
  const library = await openLibrary({
    roots: modelRoots(given.value('models')),
    families: foreignFamilies(extensions),
  });
  let largest: PictureSize | undefined;
  const models = localModels({
    runtime: engine,
    library,
    textEncoder: given.value('text-encoder'),
    textEncoder2: given.value('text-encoder-2'),
    check: memoryCheck(given, () => largest),
    cancel: stop.cancel,
    onLoad: (name) => reporter.loading(name),
  });
  try {
    const { composed, networks } = withNetworks(given, told, { library, models, codec, stop, registry });
    const context = createContext({ models, networks, registry, codec, styles: readStyleFile(given.value('styles')) });
    const comparison = await prepareComparison(given, composed, { models, codec, context });
    largest = largestOf(comparison.cells.map(({ request }) => request));
    const files = await planFiles(given, comparison.pages.length);
    for (const note of [...composed.notes, ...comparison.notes]) reporter.note(note);
    const studio = { given, reporter, codec, context, files, stop };
    const drawn = await drawCells(comparison, studio);
    const measures = measureCells(comparison, drawn);
    if (drawn.size > 0) await writeSheets(comparison, { drawn, measures }, studio);
    for (const measure of measures) terminal.event({ event: 'cell', ...measure });
    if (!terminal.json && !terminal.quiet) terminal.out(renderTable(measures));
    reporter.done(drawn.size);
  } finally {
    reporter.clear();
    await models.close();
  }
}

/** Draws and writes the cells until all are there or the user has enough. → Those that were finished, by their places. */
async function drawCells(
  { cells, order }: PreparedComparison,
  { given, reporter, codec, context, files, stop }: Studio,
): Promise<ReadonlyMap<number, DrawnCell>> {
  const drawn = new Map<number, DrawnCell>();
  const told = new Set<string>();
  for (const [iteration, index] of order.entries()) {
    const pictures = generate(cells[index]!.request, context, {
      // A cell that is not finished would not be comparable.
      cancel: stop.interrupt,
      onProgress(progress) {
        reporter.ready();
        stop.drawing = true;
        reporter.step({ ...progress, iteration, iterations: cells.length });
      },
    });
    try {
      for await (const one of pictures) {
        for (const note of one.notes) {
          if (!told.has(note)) reporter.note(note);
          told.add(note);
        }
        // A request with several pictures to start from gives several; a cell has one.
        if (one.index > 0) continue;
        const path = files.cell(index);
        await writePicture(path, one, { given, codec, files });
        drawn.set(index, { path, ...one });
        const { seed, subseed, infotext, picture } = one;
        const { width, height } = picture;
        const absolute = resolve(path);
        reporter.saved({ path, absolute, index, seed, subseed, width, height, infotext, partial: false });
      }
    } catch (error) {
      if (!(error instanceof AbortedError) || stop.cancel.aborted) throw error;
      break;
    }
  }
  return drawn;
}

/** Writes the grids, and where pictures differ if that is wanted. */
async function writeSheets(
  comparison: PreparedComparison,
  { drawn, measures }: { readonly drawn: ReadonlyMap<number, DrawnCell>; readonly measures: readonly Measure[] },
  { given, reporter, codec, files }: Studio,
): Promise<void> {
  const { infotext } = drawn.values().next().value!;
  const to = { given, codec, files };
  for (const { page, picture } of pictureSheets(comparison, drawn)) {
    await writePicture(files.grid(page), { picture, infotext }, to);
    reporter.file('grid', files.grid(page));
  }
  if (!given.has('diff')) return;
  for (const { page, picture } of differenceSheets(comparison, drawn, measures)) {
    await writePicture(files.differences(page), { picture, infotext }, to);
    reporter.file('differences', files.differences(page));
  }
}

async function writePicture(
  path: string,
  { picture, infotext }: Pick<GeneratedPicture, 'picture' | 'infotext'>,
  { given, codec, files: { format, quality } }: Pick<Studio, 'given' | 'codec' | 'files'>,
): Promise<void> {
  const bytes = await codec.encode(picture, format, quality === undefined ? {} : { quality });
  await writeFileAtomically(path, [given.has('no-metadata') ? bytes : writeImageText(bytes, { infotext })]);
}
