import { resolve } from 'node:path';
import { AbortedError } from '@graft/core/errors';
import { writeImageText } from '@graft/core/formats';
import { generate, unsaidNotes, type GeneratedPicture, type PipelineContext } from '@graft/core/pipeline';
import { writeFileAtomically } from '../../files.ts';
import { createContext, readStyleFile } from '../generate/context.ts';
import { withStudio, type DrawInput, type Studio } from '../generate/studio.ts';
import { planFiles, type CompareFiles } from './files.ts';
import { prepareComparison, type PreparedComparison } from './prepare.ts';
import { differenceSheets, measureCells, pictureSheets, renderTable, type DrawnCell, type Measure } from './report.ts';

/** What drawing cells works with. */
interface Work extends Studio {
  readonly context: PipelineContext;
  readonly files: CompareFiles;
}

/**
 * Draws all cells that a command line asks for, each into a file when it is done, then the grids, and tells how far pictures are from each other.
 * Every cell is checked before the first is drawn. Throws what composing, loading and drawing throw.
 */
export function drawComparison(input: DrawInput): Promise<void> {
  return withStudio(input, drawSheets, 'cell');
}

async function drawSheets(studio: Studio): Promise<void> {
  const { given, terminal, reporter, codec, registry, composed, models, networks } = studio;
  const context = createContext({ models, networks, registry, codec, styles: readStyleFile(given.value('styles')) });
  const comparison = await prepareComparison(given, composed, { models, codec, context });
  const requests = comparison.cells.map(({ request }) => request);
  studio.plan(requests);
  const files = await planFiles(given, comparison.pages.length);
  const notes = [...composed.notes, ...comparison.notes, ...(await unsaidNotes(requests, context))];
  for (const note of notes) reporter.note(note);
  const work: Work = { ...studio, context, files };
  const drawn = await drawCells(comparison, work);
  const measures = measureCells(comparison, drawn);
  if (drawn.size > 0) await writeSheets(comparison, { drawn, measures }, work);
  for (const measure of measures) terminal.event({ event: 'cell', ...measure });
  if (!terminal.json && !terminal.quiet) terminal.out(renderTable(measures));
  reporter.done(drawn.size);
}

/** Draws and writes the cells until all are there or the user has enough. → Those that were finished, by their places. */
async function drawCells(
  { cells, order }: PreparedComparison,
  { given, reporter, codec, context, files, stop }: Work,
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
  { given, reporter, codec, files }: Work,
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
  { given, codec, files: { format, quality } }: Pick<Work, 'given' | 'codec' | 'files'>,
): Promise<void> {
  const bytes = await codec.encode(picture, format, quality === undefined ? {} : { quality });
  await writeFileAtomically(path, [given.has('no-metadata') ? bytes : writeImageText(bytes, { infotext })]);
}
