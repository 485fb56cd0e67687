import { expect, test } from 'vitest';
import { withArticle } from './article.ts';

test.each([
  ['LoRA adapter', 'a'],
  ['OFT adapter', 'an'],
  ['(IA)³ adapter', 'an'],
  ['SD1 checkpoint', 'an'],
  ['SDXL refiner checkpoint', 'an'],
  ['Stable Cascade adapter', 'a'],
  ['LTX-Video adapter', 'an'],
  ['UNet alone (diffusers names)', 'a'],
  ['unknown model', 'an'],
  ['embedding of 1 vector', 'an'],
  ['hypernetwork', 'a'],
])('%s has the article "%s"', (what, article) => {
  expect(withArticle(what)).toBe(`${article} ${what}`);
});
