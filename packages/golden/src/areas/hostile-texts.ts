import { decodeUtf8 } from '@graft/core/bytes';
import { parseInfotext, readImageText } from '@graft/core/formats';
import { chunkPrompt, clipTokenizer, conditioningPlan, parseNetworks, removeComments } from '@graft/core/text';
import { imageCodec } from '@graft/node';
import type { HostileFile } from './hostile.ts';

/** Decodes a picture and reads its texts; both are tried, whatever the other does. */
export async function openHostileImage({ name, bytes, ifOpened }: HostileFile): Promise<string[]> {
  const text = new Promise((resolve) => {
    resolve(readImageText(bytes, { name }));
  });
  const [decoded, read] = await Promise.allSettled([imageCodec().decode(bytes, name), text]);
  if (decoded.status === 'rejected') throw decoded.reason;
  if (read.status === 'rejected') throw read.reason;
  const { width, height, channels } = decoded.value;
  const expected = /^(\d+)x(\d+) (RGBA?|L)$/.exec(ifOpened ?? '');
  const mode = channels === 1 ? 'L' : channels === 3 ? 'RGB' : 'RGBA';
  return expected === null || expected[0] === `${width}x${height} ${mode}`
    ? []
    : [`opened as ${width}x${height} ${mode}, not as "${expected[0]}"`];
}

/** Reads generation parameters. */
export async function openHostileInfotext({ bytes }: HostileFile): Promise<string[]> {
  const fields = parseInfotext(decodeUtf8(bytes));
  return fields.has('Prompt') ? [] : ['has no prompt'];
}

const STEPS = 20;

/** Takes a prompt all the way to tokens. */
export async function openHostilePrompt({ bytes }: HostileFile): Promise<string[]> {
  const { texts: prompts } = parseNetworks([removeComments(decodeUtf8(bytes))]);
  const plan = conditioningPlan(prompts, [''], { steps: STEPS });
  const tokenizer = clipTokenizer();
  const texts = new Set(plan.positive.flatMap((entries) => entries.map(({ text }) => text)));
  const problems: string[] = [];
  for (const text of texts)
    for (const { weights } of chunkPrompt(text, tokenizer).chunks)
      if (weights.some((weight) => Number.isNaN(weight))) problems.push('a weight is not a number');
  return problems;
}
