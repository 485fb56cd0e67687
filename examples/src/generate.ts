/** Draws one picture. usage: node examples/dist/generate.js [PROMPT [FILE.png [STEPS]]] */
import { fileURLToPath } from 'node:url';
import { writeImageText } from '@graft/core/formats';
import { createCheckpoint } from '@graft/core/models';
import { generate, loadModel, readRequest, type PipelineContext } from '@graft/core/pipeline';
import { imageCodec, openEngine, openModel, writeFileAtomically } from '@graft/node';

const [prompt = 'a cat on a blue background', file = 'out.png', steps = '20'] = process.argv.slice(2);

const engine = await openEngine();
const main = await openModel(
  fileURLToPath(new URL('../../models/Stable-diffusion/stickers.safetensors', import.meta.url)),
);
const model = await loadModel(engine, createCheckpoint({ main }), {
  name: 'stickers',
  hash: () => Promise.resolve(undefined),
  tiling: false,
});

// The fields are those of the webui's API.
const request = readRequest(
  'txt2img',
  { prompt, steps, seed: 1, sampler_name: 'Euler a', cfg_scale: 4.5, width: 128, height: 128 },
  () => new Uint8Array(),
);
const codec = imageCodec();
const context: PipelineContext = {
  models: { open: () => Promise.resolve(model) },
  codec,
  randomSeed: () => 0n,
};
for await (const { picture, infotext } of generate(request, context)) {
  await writeFileAtomically(file, [writeImageText(await codec.encode(picture, 'png'), { infotext })]);
  console.log(`${file}\n${infotext}`);
}

await main.close();
await engine.close();
