import { describe, expect, test } from 'vitest';
import { createTurns } from './turns.ts';

describe('turns', () => {
  test('have a pause between, and nobody waits for the end of another', async () => {
    const seen: string[] = [];
    let resume = (): void => {};
    const inTurn = createTurns(() => {
      seen.push('pause');
      return new Promise((resolve) => (resume = resolve));
    });
    const never = new Promise<void>(() => {});
    void inTurn(() => {
      seen.push('first');
      return never;
    });
    const second = inTurn(async () => seen.push('second'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(seen).toEqual(['first', 'pause']);
    resume();
    await second;
    expect(seen).toEqual(['first', 'pause', 'second', 'pause']);
  });

  test('go on after one that failed', async () => {
    const inTurn = createTurns(() => undefined);
    await expect(inTurn(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(inTurn(async () => 2)).resolves.toBe(2);
  });
});
