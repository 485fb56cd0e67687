import { describe, expect, test } from 'vitest';
import { mt19937 } from './mt19937.ts';

describe('mt19937', () => {
  test('the 10,000th word of the default seed, as ISO C++ states it for std::mt19937', () => {
    const engine = mt19937(5489);
    for (let i = 0; i < 9999; i++) engine.next();
    expect(engine.next()).toBe(4123659995);
  });

  test('words are unsigned', () => {
    const engine = mt19937(1);
    for (let i = 0; i < 2000; i++) expect(engine.next()).toBeGreaterThanOrEqual(0);
  });
});
