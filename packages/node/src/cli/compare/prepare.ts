import type { SamplerLists } from '@graft/core/diffusion';
import { RequestError } from '@graft/core/errors';
import { MAX_PIXELS, type ImageCodec } from '@graft/core/image';
import {
  checkRequest,
  readRequest,
  type CheckedRequest,
  type GenerateRequest,
  type PipelineContext,
} from '@graft/core/pipeline';
import {
  compareCells,
  drawingOrder,
  idleNotes,
  parseAxis,
  type Axis,
  type Cell,
  type Cells,
  type Comparison,
} from '@graft/core/pipeline/compare';
import type { LocalModels } from '../../model-source.ts';
import type { Arguments } from '../arguments.ts';
import { REFINER_SWITCH, type Composed } from '../generate/compose.ts';
import { randomSeed } from '../generate/context.ts';
import { fillIn, findModels } from '../generate/fill-in.ts';
import { readSampler, readScheduler, readUpscaler } from '../generate/names.ts';
import { askedBy, checkPartners, type Asked } from '../generate/partners.ts';
import { pictureReader } from '../generate/pictures-in.ts';
import { checkSize } from '../generate/size.ts';
import { watchEncoders } from '../generate/text-encoders.ts';

/** A cell that can be drawn, as far as can be told before a model is loaded. */
export interface PreparedCell extends Cell {
  readonly request: GenerateRequest;
}

export interface PreparedComparison extends Cells {
  readonly cells: readonly PreparedCell[];
  /** Places of the cells in the order to draw them. */
  readonly order: readonly number[];
  /** Things the user should know. */
  readonly notes: readonly string[];
}

interface Sources {
  readonly models: LocalModels;
  readonly codec: ImageCodec;
  readonly context: PipelineContext;
}

/**
 * Makes the requests of all cells and checks every one: its fields, models, networks and pictures. Throws RequestError, FormatError,
 * AdapterError, SdError `file`.
 */
export async function prepareComparison(
  given: Arguments,
  composed: Composed,
  { models, codec, context }: Sources,
): Promise<PreparedComparison> {
  const { kind, folder } = composed;
  if (!['x', 'y', 'z', 'with'].some((option) => given.has(option)))
    throw new RequestError('--x', 'is missing: there is nothing to compare', {
      hint: 'Say what changes, such as --x "seed: 1..3", or --with "<lora:NAME:1>".',
    });
  const { body } = await fillIn(given, composed, { models, codec });
  const axes = readAxes(given, kind, context);
  const comparison: Comparison = {
    kind,
    body: { ...oneOf(withSwitch(body, axes)), override_settings: composed.body.override_settings },
    tags: given.values('with'),
    axes,
    reference: readReference(given),
  };
  const sheet = compareCells(comparison);
  checkPartners(
    [...askedBy(given), ...axesOf(comparison).flatMap(askedAlong)],
    sheet.cells.map((cell) => cell.body),
    kind,
  );
  const read = pictureReader(folder);
  const encoders = watchEncoders(given, models);
  const cells: PreparedCell[] = [];
  const checked: CheckedRequest[] = [];
  for (const cell of sheet.cells) {
    try {
      await findModels(cell.body, models);
      const request = readRequest(kind, cell.body, read);
      if (axesOf(comparison).some(resizes)) checkSize(request, 'size');
      checked.push(await checkRequest(request, context, (wish) => encoders.outline(wish)));
      cells.push({ ...cell, request });
    } catch (error) {
      throw underAxis(error, comparison);
    }
  }
  const [first] = cells;
  if (first?.request.kind === 'img2img') {
    for (const [i, bytes] of first.request.init_images.entries()) await codec.decode(bytes, `init_images[${i}]`);
    if (first.request.mask) await codec.decode(first.request.mask, 'mask');
  }
  checkSheet(sheet, cells);
  const notes = [...notesOn(body), ...encoders.notes(), ...idleNotes(axesOf(comparison), checked)];
  return { ...sheet, cells, order: drawingOrder(cells), notes };
}

/** The request for one picture, with seeds that are the same in all cells. */
function oneOf(body: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { ...body, batch_size: 1, n_iter: 1, seed: fixed(body['seed']), subseed: fixed(body['subseed']) };
}

/** A seed where there is none; −1, and texts that are no numbers, ask for any. */
function fixed(seed: unknown): unknown {
  const isNone = seed === undefined || seed === null || Number(seed) === -1;
  return isNone || (typeof seed === 'string' && !/^\s*[-+]?\d+\s*$/.test(seed)) ? randomSeed() : seed;
}

/** The request with a switch for the refiners of an axis, as composing gives one to that of an option. */
function withSwitch(
  body: Readonly<Record<string, unknown>>,
  axes: Comparison['axes'],
): Readonly<Record<string, unknown>> {
  if (!Object.values(axes).some((axis) => gives(axis, 'refiner_checkpoint'))) return body;
  return { ...body, refiner_switch_at: body['refiner_switch_at'] ?? REFINER_SWITCH };
}

function notesOn(body: Readonly<Record<string, unknown>>): string[] {
  const several = Number(body['batch_size'] ?? 1) * Number(body['n_iter'] ?? 1) > 1;
  return several
    ? ['Of several pictures only the first is drawn in each cell; compare seeds with --y "seed: 1..3".']
    : [];
}

function readAxes(given: Arguments, kind: Composed['kind'], lists: SamplerLists): Comparison['axes'] {
  const axes = (['x', 'y', 'z'] as const).flatMap((direction) => {
    const text = given.value(direction);
    return text === undefined ? [] : [[direction, withNames(parseAxis(text, `--${direction}`, kind), lists)] as const];
  });
  return Object.fromEntries(axes);
}

/** Names must be exact for the request; the webui silently takes others. */
function withNames(axis: Axis, lists: SamplerLists): Axis {
  const { target, option } = axis;
  if (target.kind !== 'field' && target.kind !== 'setting') return axis;
  const read = NAMES.get(target.name);
  return read ? { ...axis, values: axis.values.map((value) => read(value, option, lists)) } : axis;
}

type NameReader = (text: string, option: string, lists: SamplerLists) => string;

const samplerName: NameReader = (text, option, lists) => {
  const { sampler, scheduler } = readSampler(text, option, lists);
  return scheduler === undefined ? sampler : `${sampler} ${scheduler}`;
};

/** "None" in any case; the other names are the models'. */
function noneName(text: string): string {
  return /^none$/i.test(text) ? 'None' : text;
}

/** Fields and settings with names of a list. */
const NAMES: ReadonlyMap<string, NameReader> = new Map([
  ['sampler_name', samplerName],
  ['hr_sampler_name', samplerName],
  ['scheduler', readScheduler],
  ['hr_scheduler', readScheduler],
  ['hr_upscaler', readUpscaler],
  ['sd_vae', (text) => (/^auto(matic)?$/i.test(text) ? 'Automatic' : noneName(text))],
  ['refiner_checkpoint', noneName],
]);

function readReference(given: Arguments): Comparison['reference'] {
  const text = given.value('reference');
  if (text === undefined || text === 'x' || text === 'y' || text === 'z' || text === 'first') return text;
  throw new RequestError('--reference', `"${text}" is no axis`, { hint: 'Write x, y, z or first.' });
}

function axesOf({ axes }: Comparison): readonly Axis[] {
  return [axes.x, axes.y, axes.z].filter((axis) => axis !== undefined);
}

/** The field that an axis gives values. */
function askedAlong({ target, option, name }: Axis): readonly Asked[] {
  return target.kind === 'field' ? [{ field: target.name, option, name }] : [];
}

/** Whether an axis changes the size of the pictures. */
function resizes({ target }: Axis): boolean {
  return target.kind === 'size' || ('name' in target && ['width', 'height'].includes(target.name));
}

/** The error of a cell, told of the axis that gave its field a value: an option of that field may say something else. */
function underAxis(error: unknown, comparison: Comparison): unknown {
  if (!(error instanceof RequestError)) return error;
  const { field, message, hint } = error;
  const axis = axesOf(comparison).find((one) => gives(one, field));
  return axis ? new RequestError(axis.option, message.slice(`${field}: `.length), { hint, cause: error }) : error;
}

/** Whether an axis gives a field of the request its value. */
function gives(axis: Axis, field: string): boolean {
  if (resizes(axis) && field === 'size') return true;
  const { target } = axis;
  if (target.kind === 'size') return field === 'width' || field === 'height';
  return 'name' in target && field.replace(/^override_settings\./, '') === target.name;
}

/** Throws RequestError for a grid of more pixels than pictures may have. */
function checkSheet({ columns, rows }: Cells, cells: readonly PreparedCell[]): void {
  const width = Math.max(...cells.map(({ request }) => sizeOf(request).width)) * columns.length;
  const height = Math.max(...cells.map(({ request }) => sizeOf(request).height)) * rows.length;
  if (width * height <= MAX_PIXELS) return;
  throw new RequestError('--x', `a grid of ${columns.length}×${rows.length} pictures would be too large`, {
    hint: 'Put some of it on --z, which makes pages, or draw smaller pictures.',
  });
}

function sizeOf(request: GenerateRequest): { readonly width: number; readonly height: number } {
  const { width, height } = request;
  if (request.kind !== 'txt2img' || !request.enable_hr) return { width, height };
  const { hr_resize_x: x, hr_resize_y: y, hr_scale: scale } = request;
  return { width: x || Math.floor(width * scale), height: y || Math.floor(height * scale) };
}
