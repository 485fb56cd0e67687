import { createHash } from 'node:crypto';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { bytesSource, type ByteSource } from '@graft/core/bytes';
import { openModelFile, type ModelFile, type StoredTensor } from '@graft/core/formats';
import { widen } from '@graft/core/tensor';
import { fileSource } from '@graft/node';
import { verdict, type Area, type CaseResult, type Folder } from '../area.ts';
import { expectedValue, flatten, type Flat } from './formats-value.ts';
import { refusalProblem, type Refusal } from './refusal.ts';

interface ExpectedTensor {
  readonly path: readonly (string | number)[];
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: number;
  readonly sha256?: string;
  readonly sha256_f32?: string;
  readonly file_offset?: number;
}

interface Expectation {
  readonly ok: boolean;
  readonly container?: string;
  readonly tensors?: readonly ExpectedTensor[];
  readonly value?: unknown;
  readonly value_optional?: boolean;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly metadata_sha256?: Readonly<Record<string, string>>;
  readonly may_refuse?: Refusal;
  readonly errors?: readonly string[];
  readonly names?: readonly string[];
}

interface Case {
  readonly id: string;
  readonly file: string;
  readonly mutate?: { readonly truncate?: number };
  readonly build?: readonly { readonly file: string; readonly at: number }[];
  readonly size?: number;
  readonly expect: Expectation;
}

/** Model files: what opens, with every byte, name and value; what is refused, and as what. */
export const formats: Area = {
  name: 'formats',
  async *run(folder) {
    for (const one of (folder.index as { readonly cases: readonly Case[] }).cases) {
      const file = await sourceOf(folder, one);
      try {
        yield await runCase(one, file.source);
      } finally {
        await file.close();
      }
    }
  },
};

/** The case's file: as it lies there, cut short, or a sparse one put together. */
async function sourceOf(
  folder: Folder,
  { file, mutate, build, size }: Case,
): Promise<{ readonly source: ByteSource; close(): Promise<void> }> {
  if (mutate?.truncate !== undefined) {
    const bytes = (await folder.bytes(file)).subarray(0, mutate.truncate);
    return { source: bytesSource(basename(file), bytes), close: async () => {} };
  }
  if (build === undefined) {
    const source = await fileSource(join(folder.path, file));
    return { source, close: () => source.close() };
  }
  const at = await mkdtemp(join(tmpdir(), 'graft-golden-'));
  const path = join(at, basename(file));
  const handle = await open(path, 'wx');
  await handle.truncate(size);
  for (const part of build) {
    const bytes = await folder.bytes(part.file);
    await handle.write(bytes, 0, bytes.length, part.at);
  }
  await handle.close();
  const source = await fileSource(path);
  return {
    source,
    close: async () => {
      await source.close();
      await rm(at, { recursive: true });
    },
  };
}

async function runCase({ id, expect }: Case, source: ByteSource): Promise<CaseResult> {
  const check = verdict(id);
  try {
    const model = await openModelFile(source);
    if (!expect.ok) check.fail(`opened as ${model.container}; expected ${expect.errors?.join(' or ')}`);
    else await compare(check, model, expect);
  } catch (error) {
    const refusal = expect.ok ? expect.may_refuse : { errors: expect.errors ?? [], names: expect.names ?? [] };
    const problem = refusal === undefined ? `was refused: ${String(error)}` : refusalProblem(error, refusal);
    if (problem !== undefined) check.fail(problem);
  }
  return check.result();
}

async function compare(check: ReturnType<typeof verdict>, model: ModelFile, expect: Expectation): Promise<void> {
  check.same('container', model.container, expect.container);
  const expected = expect.tensors ?? [];
  const flat: Flat =
    model.value === undefined
      ? { tensors: [...model.tensors.values()].map((tensor) => ({ path: [tensor.name], tensor })), value: undefined }
      : flatten(model.value);
  check.same(
    'paths',
    flat.tensors.map(({ path }) => path.map(String)),
    expected.map(({ path }) => path.map(String)),
  );
  for (const [i, want] of expected.entries()) {
    const got = flat.tensors[i];
    if (got !== undefined) await compareTensor(check, got.tensor, want);
  }
  compareNames(check, model, expected);
  if (expect.value !== undefined && expect.value_optional !== true)
    check.same('value', flat.value, expectedValue(expect.value));
  if (expect.metadata !== undefined && expect.metadata !== null)
    check.same('metadata', Object.fromEntries(model.metadata), expect.metadata);
  for (const [key, hash] of Object.entries(expect.metadata_sha256 ?? {}))
    check.same(`metadata ${key}`, sha256(new TextEncoder().encode(model.metadata.get(key) ?? '')), hash);
}

/** Every tensor of the weights must also stand in the list under its name. */
function compareNames(check: ReturnType<typeof verdict>, model: ModelFile, expected: readonly ExpectedTensor[]): void {
  const isWeight = ({ path }: ExpectedTensor): boolean => path[0] === 'state_dict' && path.length > 1;
  const inside = model.value !== undefined && expected.some(isWeight);
  for (const { path, shape } of inside ? expected.filter(isWeight) : expected) {
    const name = (inside ? path.slice(1) : path).join('.');
    check.same(`tensor ${name} by name`, model.tensors.get(name)?.shape, shape);
  }
}

async function compareTensor(
  check: ReturnType<typeof verdict>,
  tensor: StoredTensor,
  want: ExpectedTensor,
): Promise<void> {
  const part = want.path.join('.');
  check.same(`${part} dtype and shape`, [tensor.dtype, tensor.shape], [want.dtype, want.shape]);
  if (want.file_offset !== undefined)
    check.same(`${part} place`, tensor.range, { offset: want.file_offset, length: want.bytes });
  if (want.sha256 === undefined) return;
  const bytes = await tensor.read();
  check.same(`${part} bytes`, sha256(bytes), want.sha256);
  if (want.sha256_f32 === undefined) return;
  const floats = widen(tensor.dtype, bytes);
  check.same(
    `${part} as float32`,
    sha256(new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength)),
    want.sha256_f32,
  );
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
