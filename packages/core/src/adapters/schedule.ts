import { RequestError } from '../errors/index.ts';

/** A strength over the steps: one number, or values at places, with straight lines between them and level ends. */
export type Curve = number | readonly CurvePoint[];

export interface CurvePoint {
  /** A share of the run when the last point's is at most 1, else a step counted from 0. */
  readonly at: number;
  readonly value: number;
}

/** The steps in which an adapter is there at all, counted from 1; numbers between 0 and 1 are a share of the run. */
export interface StepRange {
  /** First step with it. */
  readonly start?: number;
  /** First step without it. */
  readonly stop?: number;
}

/** A place in a run. */
export interface StepPlace {
  /** Counted from 0. */
  readonly step: number;
  readonly steps: number;
}

/**
 * Reads `0.8`, or `value@place` with `,` or `;` between several: `0@0,1@0.5`. A value without a place is at the end.
 * The grammar of the extension sd-webui-loractl. Throws RequestError named `field`.
 */
export function parseCurve(text: string, field: string): Curve {
  if (!text.includes('@')) return readNumber(text, field);
  const points = text.split(/[,;]/).map((point) => {
    const [value = '', at, ...more] = point.split('@');
    if (more.length > 0) throw unreadable(point, field);
    return { value: readNumber(value, field), at: at === undefined ? 1 : readNumber(at, field) };
  });
  return points.sort((a, b) => a.at - b.at);
}

/** A number as Python's float reads it, but finite. Throws RequestError named `field`, with `hint`. */
export function readNumber(text: string, field: string, hint: string = STRENGTH_HINT): number {
  const number = Number(text.trim().replaceAll(/(?<=\d)_(?=\d)/g, ''));
  if (!/^\s*[+-]?[\d._]+(e[+-]?\d+)?\s*$/i.test(text) || !Number.isFinite(number)) throw unreadable(text, field, hint);
  return number;
}

const STRENGTH_HINT = 'Write strengths as 0.8, or over the steps as 0@0,1@0.5.';
const STEPS_HINT = 'Write the steps as step=5-15, or start=5 and stop=15.';

function unreadable(text: string, field: string, hint: string = STRENGTH_HINT): RequestError {
  const isLarge = Math.abs(Number(text)) === Infinity;
  return new RequestError(field, `${JSON.stringify(text)} is ${isLarge ? 'too large a number' : 'no number'}`, {
    hint,
  });
}

/** A curve's value at a step. Shares of a run end two steps before its end, as in sd-webui-loractl. */
export function curveAt(curve: Curve, { step, steps }: StepPlace): number {
  if (typeof curve === 'number') return curve;
  const last = curve.at(-1)!;
  const place = last.at > 1 ? step : steps > 2 ? step / (steps - 2) : 1;
  const after = curve.findIndex(({ at }) => at > place);
  if (after === 0) return curve[0]!.value;
  if (after < 0) return last.value;
  const [from, to] = [curve[after - 1]!, curve[after]!];
  return from.value + ((to.value - from.value) * (place - from.at)) / (to.at - from.at);
}

/** Reads `start`, `stop` and `step` (`first-last`, which wins) of the extension sd-webui-lora-block-weight. Throws RequestError. */
export function parseStepRange(named: ReadonlyMap<string, string>): StepRange | undefined {
  const [first, last] = splitRange(named.get('step'));
  const [start, stop] = [first ?? named.get('start'), last ?? named.get('stop')];
  if (start === undefined && stop === undefined) return undefined;
  return {
    ...(start === undefined ? {} : { start: readNumber(start, 'start', STEPS_HINT) }),
    ...(stop === undefined ? {} : { stop: readNumber(stop, 'stop', STEPS_HINT) }),
  };
}

function splitRange(text: string | undefined): readonly [string?, string?] {
  const dash = text?.indexOf('-') ?? -1;
  return text === undefined || dash < 0 ? [] : [text.slice(0, dash), text.slice(dash + 1)];
}

/** Whether an adapter is there at a step. A stop before the start has passed by then. */
export function isActive({ start, stop }: StepRange, { step, steps }: StepPlace): boolean {
  const first = start === undefined ? 0 : resolved(start, steps);
  const last = stop === undefined ? Infinity : resolved(stop, steps);
  return step + 1 >= first && (step + 1 < last || last < first);
}

function resolved(place: number, steps: number): number {
  return place > 0 && place < 1 ? Math.max(1, Math.round(place * steps)) : Math.trunc(place);
}
