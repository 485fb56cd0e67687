import { generate, readRequest, type ModelSource, type NetworkSource, type Trace } from '@graft/core/pipeline';
import type { Tensor } from '@graft/core/tensor';
import { imageCodec } from '@graft/node';
import { verdict, type CaseResult, type Folder, type Tolerance } from '../area.ts';
import { withoutHashes } from '../drawing.ts';

/** A request to the webui and what went by on the way. */
export interface PictureCase {
  readonly id: string;
  readonly endpoint: 'txt2img' | 'img2img';
  readonly request: Readonly<Record<string, unknown>>;
  readonly images: readonly string[];
  readonly infotexts: readonly string[];
  readonly all_seeds: readonly number[];
  readonly error?: string;
  readonly calls_at: readonly number[];
  readonly tensors: Readonly<Record<string, string>>;
  readonly tolerance: { readonly latents_abs: number; readonly pixel_mean: number; readonly pixel_max: number };
}

type Check = ReturnType<typeof verdict>;

/** An adaptive sampler's own steps depend on the network's rounding. */
const CALLS: Tolerance = { abs: 1e-4, rel: 1e-4 };
const NOISE: Tolerance = { abs: 2e-6, rel: 0 };

/** Numbers in float32 on the way to a picture: what a call's input may differ by, apart from the latents' own tolerance. */
const EARLY: Tolerance = { abs: 2e-3, rel: 1e-3 };

/** Pooled texts and sizes, by the name of the text that they belong to. */
const VECTORS = { context_start: 'vector', uncond_start: 'uncond_vector' } as const;

/** Where the models and networks of requests come from. */
export interface PictureSources {
  readonly models: ModelSource;
  readonly networks?: NetworkSource;
}

/** Carries out a request and compares all that is recorded of it, from the first noise on. */
export async function runPicture(folder: Folder, sources: PictureSources, golden: PictureCase): Promise<CaseResult> {
  const check = verdict(golden.id);
  const codec = imageCodec();
  const files = new Map<string, Uint8Array>();
  for (const name of inputsOf(golden.request)) files.set(name, await folder.bytes(name));
  const seen = recorder();
  try {
    const request = readRequest(golden.endpoint, golden.request, (text) => files.get(text.slice(1))!);
    const context = { ...sources, codec, randomSeed: () => 0n };
    const pictures = [];
    for await (const picture of generate(request, context, { trace: seen.trace })) pictures.push(picture);
    await compareRun(folder, golden, seen, check);
    check.same(
      'infotexts',
      pictures.map(({ infotext }) => withoutHashes(infotext)),
      golden.infotexts.map(withoutHashes),
    );
    check.same(
      'seeds',
      pictures.map(({ seed }) => Number(seed)),
      golden.all_seeds,
    );
    for (const [i, { picture }] of pictures.entries()) {
      const file = golden.images[i];
      if (file === undefined) continue;
      const expected = await codec.decode(await folder.bytes(file));
      const { data } = picture;
      check.close(`picture ${i}`, data, expected.data, { abs: golden.tolerance.pixel_max, rel: 0 });
      const mean = data.reduce((sum, v, k) => sum + Math.abs(v - expected.data[k]!), 0) / data.length;
      check.close(`picture ${i} on average`, [mean], [0], { abs: golden.tolerance.pixel_mean, rel: 0 });
    }
  } catch (error) {
    check.fail(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  return check.result();
}

function inputsOf(request: PictureCase['request']): string[] {
  const values = [request['mask'], ...((request['init_images'] as unknown[] | undefined) ?? [])];
  return values.flatMap((value) => (typeof value === 'string' && value.startsWith('@') ? [value.slice(1)] : []));
}

interface Recorded {
  readonly trace: Trace;
  readonly parts: Map<string, Float32Array>;
  readonly calls: {
    readonly pass: string;
    readonly at: number;
    readonly x: Float32Array;
    readonly out: Float32Array;
  }[];
  readonly latents: { readonly pass: string; readonly data: Float32Array }[];
  /** Rows of the texts of the first call. */
  readonly rows: ReadonlyMap<string, number>;
}

function recorder(): Recorded {
  const parts = new Map<string, Float32Array>();
  const calls: Recorded['calls'] = [];
  const latents: Recorded['latents'] = [];
  const rows = new Map<string, number>();
  const keep = (name: string, data: Float32Array | undefined): void => {
    if (data) parts.set(name, data);
  };
  return {
    parts,
    calls,
    latents,
    rows,
    trace: {
      onStart({ pass, noise, latent, picture }) {
        keep('noise', noise);
        keep('init_latent', latent);
        if (pass === 'first') keep('image_conditioning', picture);
      },
      onCall: ({ pass, at, x, denoised }) => calls.push({ pass, at, x, out: denoised.answer }),
      onText(cond, uncond, call) {
        if (call > 0 || parts.has('context_start')) return;
        for (const [name, { context, vector }] of [
          ['context_start', cond],
          ['uncond_start', uncond],
        ] as const) {
          keep(name, context.data);
          rows.set(name, context.shape[0]!);
          keep(VECTORS[name], vector?.data);
        }
      },
      onLatents: ({ data }, pass) => latents.push({ pass, data }),
    },
  };
}

async function compareRun(folder: Folder, golden: PictureCase, seen: Recorded, check: Check): Promise<void> {
  const { tensors, tolerance } = golden;
  const loose: Tolerance = { abs: tolerance.latents_abs, rel: 0 };
  for (const name of [
    'context_start',
    'uncond_start',
    'vector',
    'uncond_vector',
    'noise',
    'init_latent',
    'image_conditioning',
  ] as const) {
    const reference = tensors[name];
    if (reference === undefined) continue;
    const expected = await folder.tensor(reference);
    const actual = seen.parts.get(name) ?? new Float32Array(0);
    // Stored are the first vectors of a text, and of start values those of one batch.
    // The VAE's noise depends on what the program did before: it moves a latent less than the tolerance of the final ones.
    const tolerated =
      name === 'noise' ? NOISE : name.includes('latent') || name.includes('image') ? max(EARLY, loose) : EARLY;
    const own = name.endsWith('_start')
      ? firstTokens(actual, expected, seen.rows.get(name)!)
      : startOf(actual, expected.data.length);
    check.close(name, own, expected.data, tolerated);
  }
  check.close(
    'calls',
    seen.calls.map(({ at }) => at),
    golden.calls_at,
    CALLS,
  );
  for (const [suffix, pass] of [
    ['', 'first'],
    ['_second', 'second'],
  ] as const) {
    const calls = seen.calls.filter((call) => call.pass === pass);
    for (const kind of ['x', 'out'] as const) {
      const reference = tensors[`${kind}${suffix}`];
      if (reference === undefined) continue;
      const { shape, data } = await folder.tensor(reference);
      const count = shape[0]!;
      const size = data.length / count;
      // The first calls, and the last one where there are more than were kept.
      const kept = calls.length <= count ? calls : [...calls.slice(0, count - 1), calls.at(-1)!];
      kept.forEach((call, i) =>
        check.close(
          `${kind}${suffix}[${i}]`,
          startOf(call[kind], size),
          data.subarray(i * size, (i + 1) * size),
          loose,
        ),
      );
    }
  }
  const final = seen.latents.filter(({ pass }, _, all) => pass === all.at(-1)!.pass).map(({ data }) => data);
  check.close('latents', joined(final), (await folder.tensor(tensors['latents']!)).data, loose);
  const firstPass = tensors['latents_first_pass'];
  if (firstPass !== undefined) {
    const own = seen.latents.filter(({ pass }) => pass === 'first').map(({ data }) => data);
    check.close('latents of the first pass', joined(own), (await folder.tensor(firstPass)).data, loose);
  }
}

function max(a: Tolerance, b: Tolerance): Tolerance {
  return { abs: Math.max(a.abs, b.abs), rel: Math.max(a.rel, b.rel) };
}

/** Of each row as many tokens as are stored. actual [rows, n, d], stored [rows, tokens, d] */
function firstTokens(actual: Float32Array, stored: Tensor, rows: number): Float32Array {
  const each = stored.data.length / stored.shape[0]!;
  const size = actual.length / rows;
  return joined(Array.from({ length: rows }, (_, row) => actual.subarray(row * size, row * size + each)));
}

function startOf(data: Float32Array, length: number): Float32Array {
  return data.subarray(0, length);
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
