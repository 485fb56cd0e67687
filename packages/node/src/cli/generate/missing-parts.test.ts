import { parseInfotext } from '@graft/core/formats';
import { requestFromInfotext } from '@graft/core/pipeline';
import { describe, expect, test } from 'vitest';
import { missingParts } from './missing-parts.ts';

/** What is asked for by the text of a picture. */
function notesOf(entries: string): string[] {
  const infotext = parseInfotext(`a cat\nSteps: 2, Sampler: Euler, CFG scale: 7, Seed: 1, Size: 64x64, ${entries}`);
  const body = requestFromInfotext(infotext, 'txt2img');
  return missingParts({ body, settings: { ...(body['override_settings'] as object) }, infotext });
}

describe('missingParts', () => {
  test.each([
    ['Version: v1.10.1', 0],
    ['Token merging ratio: 0, Hypertile U-Net: False', 0],
    ['Token merging ratio: 0.5', 1],
    ['Token merging ratio: 0.5, Token merging ratio hr: 0.5', 1],
    ['Face restoration: CodeFormer', 1],
    ['Hypertile U-Net: True', 1],
    ['ControlNet 0: "Module: canny, Model: canny"', 1],
    ['ADetailer model: face, ADetailer version: 24', 1],
  ])('a picture with "%s" is told in %i notes', (entries, count) => {
    expect(notesOf(entries)).toHaveLength(count);
  });

  test.each([
    [{ restore_faces: true }, {}, 1],
    [{ restore_faces: false }, { token_merging_ratio: 0 }, 0],
    [{}, { token_merging_ratio: 0.2 }, 1],
    [{}, { token_merging_ratio_hr: 0.2 }, 1],
  ])('a request with %j and the settings %j is told in %i notes', (body, settings, count) => {
    expect(missingParts({ body, settings })).toHaveLength(count);
  });
});
