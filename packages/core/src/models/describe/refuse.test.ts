import { expect, test } from 'vitest';
import { madeModel } from '../../testing/vitest/model-file.ts';
import { describeModel } from './describe.ts';
import { refuseForeign, refuseQuantised } from './refuse.ts';

const f16 = (...shape: number[]): { readonly dtype: 'F16'; readonly shape: readonly number[] } => ({
  dtype: 'F16',
  shape,
});

test('a network that is not Stable Diffusion’s is refused by its name', async () => {
  const { file } = await madeModel('big.safetensors', { 'double_blocks.0.img_attn.qkv.weight': f16(3, 1) });
  expect(() => refuseForeign(describeModel(file))).toThrowError(
    expect.objectContaining({
      name: 'ModelError',
      at: 'big.safetensors',
      message: expect.stringContaining('Flux') as unknown,
    }),
  );
});

test('others pass', async () => {
  const { file } = await madeModel('m', { 'model.diffusion_model.input_blocks.0.0.weight': f16(4, 4, 3, 3) });
  expect(() => refuseForeign(describeModel(file))).not.toThrow();
});

test.each(['model.diffusion_model.scaled_fp8', 'a.scale_weight', 'a.weight.quant_state.bitsandbytes__nf4'])(
  'weights that are no plain numbers are refused: %s',
  async (name) => {
    const { file } = await madeModel('m', { [name]: f16(1) });
    expect(() => refuseQuantised(file)).toThrowError(expect.objectContaining({ name: 'ModelError' }));
  },
);

test('plain ones are not', async () => {
  const { file } = await madeModel('m', { 'a.weight': { dtype: 'F8_E4M3', shape: [4] }, logit_scale: f16() });
  expect(() => refuseQuantised(file)).not.toThrow();
});
