import { afterEach, expect, test } from 'vitest';
import { watchSignals, type Stop } from './stop.ts';

let stop: Stop | undefined;
afterEach(() => stop?.release());

function watch(): { readonly stop: Stop; readonly told: string[] } {
  const told: string[] = [];
  stop = watchSignals({ onInterrupt: () => told.push('interrupt'), onCancel: () => told.push('cancel') });
  return { stop, told };
}

test('the first Ctrl-C keeps what is there, the second ends at once', () => {
  const { stop: watched, told } = watch();
  watched.drawing = true;
  process.emit('SIGINT');
  expect([watched.interrupt.aborted, watched.cancel.aborted, watched.exitCode]).toEqual([true, false, 130]);
  process.emit('SIGINT');
  expect([watched.cancel.aborted, watched.exitCode]).toEqual([true, 130]);
  expect(told).toEqual(['interrupt', 'cancel']);
});

test('where there is nothing to keep, the first ends at once', () => {
  const { stop: watched, told } = watch();
  process.emit('SIGINT');
  expect([watched.interrupt.aborted, watched.cancel.aborted, watched.exitCode]).toEqual([true, true, 130]);
  expect(told).toEqual(['cancel']);
});

test.each(['SIGTERM', 'SIGHUP'] as const)('%s ends at once', (signal) => {
  const { stop: watched, told } = watch();
  watched.drawing = true;
  process.emit(signal);
  expect([watched.cancel.aborted, watched.exitCode]).toEqual([true, 143]);
  expect(told).toEqual(['cancel']);
});

test('afterwards nobody listens any more', () => {
  const before = process.listenerCount('SIGINT');
  watch().stop.release();
  expect(process.listenerCount('SIGINT')).toBe(before);
});
