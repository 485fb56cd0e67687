import { describe, expect, test } from 'vitest';
import { hintsOf, readPeftConfig } from './peft-config.ts';

describe('readPeftConfig', () => {
  test.each([null, 1, 'x', []])('%j is refused', (json) => {
    expect(() => readPeftConfig(json)).toThrow(expect.objectContaining({ code: 'request', field: 'config' }));
  });

  test('layers stored the other way round are passed over: Stable Diffusion has none', () => {
    expect(readPeftConfig({ fan_in_fan_out: true, r: 2, lora_alpha: 4 })).toEqual(
      readPeftConfig({ r: 2, lora_alpha: 4 }),
    );
  });

  test('patterns are ends of names, in whole steps, anchored or not', () => {
    const config = readPeftConfig({ r: 4, lora_alpha: 4, alpha_pattern: { '^a\\.to_q$': 8, conv1: 12, 'x.y': 'no' } });
    const scale = (module: string): number | undefined => hintsOf(config, module).scale;
    expect([scale('a.to_q'), scale('b.a.to_q'), scale('ba.to_q'), scale('r.conv1'), scale('r.xconv1')]).toEqual([
      2, 2, 1, 3, 1,
    ]);
  });

  test('without alpha or rank there is no scale; LoHa and LoKr call it alpha', () => {
    expect(hintsOf(readPeftConfig({ r: 4 }), 'm').scale).toBeUndefined();
    expect(hintsOf(readPeftConfig({ r: 0, lora_alpha: 4 }), 'm').scale).toBeUndefined();
    expect(hintsOf(readPeftConfig({ r: 4, alpha: 2, peft_type: 'LOKR' }), 'm').scale).toBe(0.5);
  });

  test('OFT: the series unless it is switched off, the bound only where it is constrained', () => {
    expect(hintsOf(readPeftConfig({ peft_type: 'OFT' }), 'm')).toEqual({ neumannTerms: 5 });
    expect(hintsOf(readPeftConfig({ use_cayley_neumann: false, eps: 0.1 }), 'm')).toEqual({});
    expect(hintsOf(readPeftConfig({ num_cayley_neumann_terms: 3, coft: true, eps: 0.1 }), 'm')).toEqual({
      neumannTerms: 3,
      bound: 0.1,
    });
  });
});
