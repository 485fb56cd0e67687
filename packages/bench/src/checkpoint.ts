import { closeSync, openSync, writeSync } from 'node:fs';
import { input, type Value } from '@graft/core/graph';
import { clipFinalNorm, clipText, unet, vaeDecoder, vaeEncoder, type UNetConfig } from '@graft/core/models';
import type { Scope } from '@graft/core/nn';
import { numel } from '@graft/core/tensor';

type Shapes = Map<string, readonly number[]>;

/** A scope that holds no weights and notes which ones a network asks for: the networks themselves say what a checkpoint contains. */
function noting(prefix: string, shapes: Shapes): Scope {
  const at = (path: string): Scope => ({
    path,
    at: (below) => at(path === '' ? String(below) : `${path}.${below}`),
    weight(name, shape): Value {
      const full = prefix + (path === '' ? name : `${path}.${name}`);
      shapes.set(full, shape);
      return input(full, shape);
    },
    added: () => undefined,
    shapeOf: () => undefined,
  });
  return at('');
}

const down = { channels: undefined, depth: 0, resize: 'down' } as const;
const block = (channels: number, depth: number, resize?: 'up'): UNetConfig['input'][number] => ({
  channels,
  depth,
  resize,
});

/** Stable Diffusion 1.5: 859.5 M parameters. */
const SD15: UNetConfig = {
  inChannels: 4,
  outChannels: 4,
  channels: 320,
  context: 768,
  vector: 0,
  input: [
    block(320, 1),
    block(320, 1),
    down,
    block(640, 1),
    block(640, 1),
    down,
    block(1280, 1),
    block(1280, 1),
    down,
    block(1280, 0),
    block(1280, 0),
  ],
  middle: 1,
  output: [
    block(1280, 0),
    block(1280, 0),
    block(1280, 0, 'up'),
    block(1280, 1),
    block(1280, 1),
    block(1280, 1, 'up'),
    block(640, 1),
    block(640, 1),
    block(640, 1, 'up'),
    block(320, 1),
    block(320, 1),
    block(320, 1),
  ],
  heads: { count: 8 },
  projection: 'conv',
};

const VAE = { levels: [128, 256, 512, 512], blocks: 2, latent: 4 };
const CLIP = {
  vocabulary: 49408,
  positions: 77,
  width: 768,
  layers: 12,
  mlp: 3072,
  heads: 12,
  activation: 'quickGelu',
} as const;

/** Names and shapes of every tensor of a full-size SD1.5 checkpoint. */
export function sd15Shapes(): Shapes {
  const shapes: Shapes = new Map();
  unet(noting('model.diffusion_model.', shapes), SD15, {
    x: input('x', ['b', 4, '8*h', '8*w']),
    t: input('t', ['b']),
    context: input('context', ['r', 'n', 768]),
  });
  const vae = noting('first_stage_model.', shapes);
  vaeEncoder(vae, VAE, input('pixels', ['b', 3, '8*h', '8*w']));
  vaeDecoder(vae, VAE, input('latent', ['b', 4, 'h', 'w']));
  const text = noting('cond_stage_model.transformer.text_model.', shapes);
  clipFinalNorm(text, clipText(text, CLIP, { ids: input('ids', ['b', 77], 'i64') }).at(-1)!);
  return shapes;
}

const ONE = 0x3c00;
const CHUNK = 1 << 22;

/** Writes a checkpoint of seeded random half-precision weights: norms are 1, the rest uniform and small. → bytes written */
export function writeCheckpoint(path: string, shapes: Shapes = sd15Shapes()): number {
  let end = 0;
  const header: Record<string, unknown> = {};
  for (const [name, shape] of shapes)
    header[name] = { dtype: 'F16', shape, data_offsets: [end, (end += 2 * numel(shape))] };
  const json = JSON.stringify(header).padEnd(Math.ceil(JSON.stringify(header).length / 8) * 8);
  const file = openSync(path, 'w');
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  writeSync(file, length);
  writeSync(file, json);
  const values = Uint16Array.from({ length: 4096 }, (_, i) => half(0.03 * (i / 2048 - 1)));
  const chunk = new Uint16Array(CHUNK);
  let state = 12345;
  for (const [name, shape] of shapes) {
    const norm = shape.length === 1 && name.endsWith('weight');
    for (let left = numel(shape); left > 0;) {
      const count = Math.min(left, CHUNK);
      for (let i = 0; i < count; i++) {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        chunk[i] = norm ? ONE : values[state >>> 20]!;
      }
      const bytes = new Uint8Array(chunk.buffer, 0, 2 * count);
      for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
      left -= count;
    }
  }
  closeSync(file);
  return end;
}

/** Bits of the half nearest to zero from a small normal number; smaller ones become zero. */
function half(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0]!;
  const exponent = ((bits >>> 23) & 0xff) - 112;
  const sign = (bits >>> 16) & 0x8000;
  return exponent <= 0 ? sign : sign | (exponent << 10) | ((bits >>> 13) & 0x3ff);
}
