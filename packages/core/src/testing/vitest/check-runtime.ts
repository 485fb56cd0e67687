import { afterAll, expect, test } from 'vitest';
import { bytesSource } from '../../bytes/index.ts';
import { constant, input, weight, type Value } from '../../graph/index.ts';
import { add, conv2d, embedding, matmul, mul, relu, scatter } from '../../ops/index.ts';
import { compile, type Feeds, type Program, type Runtime } from '../../runtime/index.ts';
import { tensor } from '../../tensor/index.ts';
import { randomFloats } from './random.ts';

/** More bytes than any address space has: 4·2^50. */
const TOO_MANY = 2 ** 50;

/** The contract of every runtime. `open` starts a fresh one. */
export function checkRuntime(open: () => Promise<Runtime>): void {
  let opened: Promise<Runtime> | undefined;
  const shared = (): Promise<Runtime> => (opened ??= open());
  const program = async (y: Value): Promise<Program> => compile(await shared(), { outputs: { y } });
  afterAll(async () => (await opened)?.close());

  test('runs one program for all sizes', async () => {
    const double = await program(add(input('x', ['b', 2]), input('x', ['b', 2])));
    for (const rows of [1, 3, 2]) {
      const data = randomFloats(rows * 2, rows);
      const { y } = await double.run({ x: { shape: [rows, 2], data } });
      expect(y).toEqual({ shape: [rows, 2], data: data.map((value) => value + value) });
    }
  });

  test('reads weights and whole numbers', async () => {
    const store = bytesSource('table', new Uint8Array(Float32Array.of(9, 1, 2, 3, 4, 5, 6).buffer));
    const table = weight({ name: 'table', dtype: 'F32', shape: [3, 2], store, offset: 4, length: 24 });
    const rows = await program(embedding(table, input('ids', ['n'], 'i64')));
    const { y } = await rows.run({ ids: { shape: [2], data: BigInt64Array.of(2n, 0n) } });
    expect(y).toEqual({ shape: [2, 2], data: Float32Array.of(5, 6, 1, 2) });
  });

  test('gives each of many questions at once its own answer', async () => {
    const programs = await Promise.all([1, 2, 3].map((by) => program(mul(input('x', [1]), constant([by])))));
    const answers = await Promise.all(
      [10, 20, 30].flatMap((x) => programs.map((one) => one.run({ x: tensor([1], Float32Array.of(x)) }))),
    );
    expect(answers.map(({ y }) => y!.data[0])).toEqual([10, 20, 30, 20, 40, 60, 30, 60, 90]);
  });

  test('fails by RuntimeError for what a program does not take, and goes on', async () => {
    const square = await program(mul(input('x', [2]), input('x', [2])));
    const x = tensor([2], Float32Array.of(2, 3));
    await expect(square.run({})).rejects.toMatchObject({ name: 'RuntimeError', code: 'runtime' });
    await expect(square.run({ x: tensor([3]) })).rejects.toMatchObject({ name: 'RuntimeError' });
    await expect(square.run({ x: tensor([2, 1]) })).rejects.toMatchObject({ name: 'RuntimeError' });
    expect((await square.run({ x })).y!.data).toEqual(Float32Array.of(4, 9));
  });

  test('refuses a model that it does not know by RuntimeError, and goes on', async () => {
    const port = { name: 'x', dtype: 'f32', shape: [1] } as const;
    const node = { type: 'Frobnicate', domain: '', ins: ['x'], out: 'y', attrs: {} };
    const model = { inputs: [port], outputs: [{ ...port, name: 'y' }], nodes: [node], constants: [], weights: [] };
    await expect((await shared()).load(model)).rejects.toMatchObject({ name: 'RuntimeError', code: 'runtime' });
    expect((await (await program(relu(input('x', [1])))).run({ x: tensor([1]) })).y!.data).toEqual(Float32Array.of(0));
  });

  test('says that memory ran out, and goes on', async () => {
    const vast = await program(scatter(input('x', [1]), { places: [0], size: TOO_MANY }));
    await expect(vast.run({ x: tensor([1]) })).rejects.toMatchObject({
      code: 'memory',
      hint: expect.any(String) as unknown,
    });
    expect((await (await program(relu(input('x', [1])))).run({ x: tensor([1]) })).y!.data).toEqual(Float32Array.of(0));
  });

  test('a released program is gone, others are not', async () => {
    const [first, second] = await Promise.all([program(relu(input('x', [1]))), program(relu(input('x', [1])))]);
    await first.release();
    await first.release();
    await expect(first.run({ x: tensor([1]) })).rejects.toMatchObject({ name: 'RuntimeError' });
    expect((await second.run({ x: tensor([1]) })).y!.shape).toEqual([1]);
  });

  test('does not begin what was cancelled', async () => {
    const one = await program(relu(input('x', [1])));
    await expect(one.run({ x: tensor([1]) }, { aborted: true })).rejects.toMatchObject({ code: 'aborted' });
    expect((await one.run({ x: tensor([1]) }, { aborted: false })).y!.shape).toEqual([1]);
  });

  test('leaves the event loop free while it computes', async () => {
    const { run } = await program(slow());
    let done = false;
    const result = run(slowFeeds()).finally(() => (done = true));
    let turns = 0;
    while (!done) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      turns += 1;
    }
    await result;
    expect(turns).toBeGreaterThan(10);
  });

  test('closing rejects what is running and what comes later', async () => {
    const runtime = await open();
    const { run } = await compile(runtime, { outputs: { y: slow() } });
    const running = [run(slowFeeds()), run(slowFeeds())];
    const rejected = Promise.allSettled(running);
    await runtime.close();
    expect(await rejected).toMatchObject([
      { status: 'rejected', reason: { code: 'aborted' } },
      { status: 'rejected', reason: { code: 'aborted' } },
    ]);
    await expect(run(slowFeeds())).rejects.toMatchObject({ code: 'aborted' });
    await expect(compile(runtime, { outputs: { y: slow() } })).rejects.toMatchObject({ code: 'aborted' });
    await runtime.close();
  });

  test('convolves as its traits say', async () => {
    const data = Float32Array.from({ length: 32 * 32 }, (_, i) => i % 7);
    const store = bytesSource('w', new Uint8Array(data.buffer));
    const w = weight({ name: 'w', dtype: 'F32', shape: [32, 32, 1, 1], store, offset: 0, length: data.byteLength });
    const conv = await program(
      conv2d(input('x', ['b', 32, 'h', 'w']), w, undefined, { stride: 1, pads: [0, 0, 0, 0], wrap: false }),
    );
    const { y } = await conv.run({ x: tensor([1, 32, 1, 1], new Float32Array(32).fill(1)) });
    const sums = Array.from({ length: 32 }, (_, o) => data.subarray(o * 32, o * 32 + 32).reduce((a, b) => a + b, 0));
    expect([...y!.data]).toEqual(sums);
  });
}

const SIDE = 512;

/** Some ten billion multiplications: a tenth of a second or more. */
function slow(): Value {
  const w = input('w', [SIDE, SIDE]);
  let y = w;
  for (let i = 0; i < 80; i++) y = matmul(y, w);
  return y;
}

function slowFeeds(): Feeds {
  return { w: tensor([SIDE, SIDE]) };
}
