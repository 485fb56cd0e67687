// Measures how long a library of adapters takes to open, unknown and known: node scripts/library-scan.mjs [FILES]
// The files are as large as kohya's for SD1 at rank 8, and hollow: a header and nothing behind it.
import { closeSync, ftruncateSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import { writeSafetensors } from '@graft/core/formats';
import { knownNames, presetModules, spellModule } from '@graft/core/models/names';
import { openLibrary } from '@graft/node';

const RANK = 8;
const RUNS = 5;

/** The tensors of a LoRA for SD1. */
function loraTensors() {
  const names = knownNames('SD1');
  const read = async () => new Uint8Array();
  return presetModules('kohya', names).flatMap((module) => {
    const name = spellModule(module, 'kohya', names);
    const [out, ...rest] = module.shape;
    const kernel = rest.slice(1).map(() => 1);
    return [
      { name: `${name}.lora_down.weight`, dtype: 'F16', shape: [RANK, ...rest], read },
      { name: `${name}.lora_up.weight`, dtype: 'F16', shape: [out, RANK, ...kernel], read },
      { name: `${name}.alpha`, dtype: 'F16', shape: [], read },
    ];
  });
}

/**
 * Writes a webui folder with so many LoRAs.
 * @param {string} root
 * @param {number} count
 */
export async function writeLibrary(root, count) {
  const folder = join(root, 'models', 'Lora');
  mkdirSync(folder, { recursive: true });
  const tensors = loraTensors();
  const tags = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`a tag of the training ${i}`, i]));
  for (let i = 0; i < count; i++) {
    const metadata = new Map([
      ['ss_output_name', `adapter ${i}`],
      ['ss_base_model_version', 'sd_v1'],
      ['ss_tag_frequency', JSON.stringify({ '10_tags': tags })],
    ]);
    const file = writeSafetensors(tensors, metadata);
    // The first part is the header.
    const { value: header } = await file.chunks()[Symbol.asyncIterator]().next();
    const handle = openSync(join(folder, `adapter-${i}.safetensors`), 'w');
    writeSync(handle, header);
    ftruncateSync(handle, file.size);
    closeSync(handle);
  }
}

/** Times in ms, the shortest of several runs: nothing known of the files, and all. */
export async function measureScan(count) {
  const root = mkdtempSync(join(tmpdir(), 'graft-scan-'));
  try {
    await writeLibrary(root, count);
    const times = { cold: Infinity, warm: Infinity };
    for (let run = 0; run < RUNS; run++) {
      const cache = join(root, `cache-${run}`);
      for (const kind of ['cold', 'warm']) {
        const start = performance.now();
        const library = await openLibrary({ roots: [root], cache });
        times[kind] = Math.min(times[kind], performance.now() - start);
        const found = library.entries('adapter').length;
        if (found !== count) throw new Error(`found ${found} of ${count} adapters`);
      }
    }
    return times;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const count = Number(process.argv[2] ?? 200);
  const { cold, warm } = await measureScan(count);
  console.log(`${count} adapters: ${cold.toFixed(0)} ms cold, ${warm.toFixed(0)} ms warm`);
}
