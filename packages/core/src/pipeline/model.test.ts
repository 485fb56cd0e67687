import { expect, test } from 'vitest';
import { fakeModel } from '../testing/vitest/fake-model.ts';
import { pictureInput } from './model.ts';

test.each([
  [4, 'none'],
  [8, 'edit'],
  [9, 'inpaint'],
])('a UNet of %d channels takes beside the latent: %s', (inChannels, input) => {
  expect(pictureInput(fakeModel({ inChannels }))).toBe(input);
});
