/** Draws one picture without and with each kind of adapter, side by side. usage: node examples/dist/family-grid.js [FILE.png [SIZE [NAME …]]] */
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Picture } from '@graft/core/image';
import { createCheckpoint } from '@graft/core/models';
import { generate, loadModel, readRequest, type PipelineContext } from '@graft/core/pipeline';
import { compareCells, drawSheet, heatPicture, measureDifference, parseAxis } from '@graft/core/pipeline/compare';
import { imageCodec, localNetworks, openEngine, openLibrary, openModel, writeFileAtomically } from '@graft/node';

const [file = 'families.png', size = '128', ...wanted] = process.argv.slice(2);

const fixtures = fileURLToPath(new URL('../../fixtures', import.meta.url));
const folder = join(fixtures, 'whole', 'files');
const adapters = new Map(
  readdirSync(folder)
    .filter((name) => name.endsWith('.safetensors'))
    .map((name) => [basename(name, '.safetensors'), join(folder, name)]),
);
const names = wanted.length > 0 ? wanted : [...adapters.keys()];

const engine = await openEngine();
const main = await openModel(join(fixtures, 'models', 'pico.safetensors'));
const model = await loadModel(engine, createCheckpoint({ main }), {
  name: 'pico',
  hash: () => Promise.resolve(undefined),
  tiling: false,
});
const codec = imageCodec();
const opened = new Map<string, ReturnType<typeof openModel>>();
const context: PipelineContext = {
  models: { open: () => Promise.resolve(model) },
  networks: localNetworks({
    library: await openLibrary({ roots: [] }),
    files: {
      file(path) {
        const known = opened.get(path) ?? openModel(path);
        opened.set(path, known);
        return known;
      },
    },
    codec,
    adapters,
  }),
  codec,
  randomSeed: () => 0n,
};

const { rows, cells } = compareCells({
  kind: 'txt2img',
  body: {
    prompt: 'a cat on a blue background',
    steps: 10,
    seed: 1,
    sampler_name: 'Euler',
    width: size,
    height: size,
    override_settings: { randn_source: 'CPU' },
  },
  axes: { y: parseAxis(`with: none, ${names.join(', ')}`, 'NAME') },
});
const pictures: Picture[] = [];
for (const { body, labels } of cells) {
  const request = readRequest('txt2img', body, () => new Uint8Array());
  for await (const { picture } of generate(request, context)) {
    pictures.push(picture);
    console.log(`${labels.join()}: moved by ${measureDifference(pictures[0]!, picture)?.mean.toFixed(2)} levels`);
  }
}

const [without, ...changed] = pictures;
const differences = changed.map((picture) => measureDifference(without!, picture));
const full = Math.max(1, ...differences.map((difference) => difference?.max ?? 0));
const sheet = drawSheet({
  title: `white is ${full} of 255 levels`,
  columns: ['without', 'with', 'difference'],
  rows: rows.slice(1),
  cells: changed.map((picture) => [without, picture, heatPicture(without!, picture, full)]),
  captions: differences.map((difference) => ['', '', `mean ${difference?.mean.toFixed(2)}`]),
});
await writeFileAtomically(file, [await codec.encode(sheet, 'png')]);
console.log(file);

await main.close();
for (const one of opened.values()) await (await one).close();
await engine.close();
