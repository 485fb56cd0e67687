import { resolve } from 'node:path';
import { printable } from '@graft/core/formats';
import type { Progress } from '@graft/core/pipeline';
import { tellNote } from './note.ts';
import { createPace, duration } from './pace.ts';
import type { Terminal } from './terminal.ts';

/** A picture that was written. */
export interface Saved {
  /** As it is shown: relative to the working folder where it was given so. */
  readonly path: string;
  readonly absolute: string;
  readonly index: number;
  readonly seed: bigint;
  readonly subseed: bigint;
  readonly width: number;
  readonly height: number;
  readonly infotext: string;
  /** The sampler was stopped before its last step. */
  readonly partial: boolean;
}

/** Tells how a picture comes along: a bar on a terminal, plain lines elsewhere, events for programs. */
export interface Reporter {
  loading(model: string): void;
  /** Everything is loaded: the first step begins. */
  ready(): void;
  step(progress: Progress): void;
  note(text: string): void;
  saved(picture: Saved): void;
  file(event: 'grid' | 'preview' | 'differences', path: string): void;
  /** Takes the bar away, if there is one. */
  clear(): void;
  done(pictures: number): void;
}

const MOST_BAR = 30;
const LEAST_BAR = 5;
/** Columns for the text behind the bar, so that the bar stays as long as it is. */
const TEXT = 60;
/** Of a run: every so many parts a plain line. */
const LINES = 10;

/** `now`: ms since the command started. `unit`: what an iteration is called. */
export function createReporter(terminal: Terminal, now: () => number, unit = 'batch'): Reporter {
  const pace = createPace();
  let pass = '';
  let shown = 0;
  let readyAt: number | undefined;
  let bar = false;

  const say = (text: string): void => {
    if (!terminal.json && !terminal.quiet) terminal.err(text);
  };
  const clear = (): void => {
    if (bar) say('\r\u001b[K');
    bar = false;
  };
  const status = (text: string): void => {
    if (terminal.columns === undefined) say(`${text}\n`);
    else say(`\r\u001b[K${text.slice(0, terminal.columns - 1)}`);
    bar = terminal.columns !== undefined;
  };
  const seconds = (ms: number): number => Math.round(ms) / 1000;

  return {
    loading(model) {
      terminal.event({ event: 'loading', model, seconds: seconds(now()) });
      status(`Loading ${printable(model)} …`);
    },
    ready() {
      if (readyAt !== undefined) return;
      readyAt = now();
      pace.add(readyAt);
      terminal.event({ event: 'ready', seconds: seconds(readyAt) });
    },
    step(progress) {
      const { iteration, iterations, calls } = progress;
      const total = Math.max(progress.totalCalls, calls);
      const key = `${iteration} ${progress.pass}`;
      if (key !== pass) {
        if (pass !== '') pace.restart();
        pass = key;
        shown = 0;
      }
      pace.add(now());
      const { perStep } = pace;
      // As if every batch had one pass; a second one is not foreseen.
      const steps = total - calls + (iterations - iteration - 1) * total;
      const left = perStep === undefined ? undefined : perStep * steps;
      terminal.event({
        event: 'progress',
        iteration: iteration + 1,
        iterations,
        pass: progress.pass,
        step: calls,
        steps: total,
        secondsPerStep: perStep === undefined ? null : seconds(perStep),
        secondsLeft: left === undefined ? null : seconds(left),
      });
      const of = [
        ...(iterations > 1 ? [`${unit} ${iteration + 1} of ${iterations}`] : []),
        ...(progress.pass === 'second' ? ['second pass'] : []),
        `step ${calls} of ${total}`,
        ...(perStep === undefined ? [] : [`${duration(perStep)} a step`]),
        ...(left === undefined || steps === 0 ? [] : [`${duration(left)} left`]),
      ].join(', ');
      if (terminal.columns !== undefined) {
        const width = Math.min(MOST_BAR, terminal.columns - TEXT);
        status(width < LEAST_BAR ? of : `${drawBar(total === 0 ? 1 : calls / total, width)}  ${of}`);
        return;
      }
      const part = Math.floor((Math.ceil(LINES / iterations) * calls) / total);
      if (part > shown) status(of);
      shown = part;
    },
    note(text) {
      clear();
      tellNote(text, terminal);
    },
    saved({ path, absolute, partial, ...picture }) {
      clear();
      terminal.event({ event: 'picture', path: absolute, ...picture, partial });
      if (terminal.json || terminal.quiet) return;
      terminal.out(
        terminal.outIsTerminal
          ? `Saved ${path}  (seed ${picture.seed}, ${picture.width}x${picture.height}, ${duration(now())}${partial ? ', stopped early' : ''})\n`
          : `${path}\n`,
      );
    },
    file(event, path) {
      terminal.event({ event, path: resolve(path) });
      if (event !== 'preview' && !terminal.json && !terminal.quiet) {
        clear();
        const what = event === 'grid' ? 'all pictures' : event;
        terminal.out(terminal.outIsTerminal ? `Saved ${path}  (${what})\n` : `${path}\n`);
      }
    },
    clear,
    done(pictures) {
      clear();
      terminal.event({ event: 'done', pictures, seconds: seconds(now()) });
      if (process.env['GRAFT_TIMING'] !== undefined && readyAt !== undefined)
        say(`Ready after ${duration(readyAt)}, done after ${duration(now())}\n`);
    },
  };
}

/** A bar `width` columns long, filled to `share`. */
export function drawBar(share: number, width: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * width * 8);
  const full = Math.floor(eighths / 8);
  const part = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'][eighths % 8]!;
  return `▕${('█'.repeat(full) + part).padEnd(width)}▏`;
}
