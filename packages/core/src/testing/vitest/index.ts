/** Contract suites for vitest: whoever implements a port, or adds an operation or a format, runs them. */
export { checkBroadcast, checkElementwise } from './check-elementwise.ts';
export { checkFolder } from './check-folder.ts';
export { checkAdapter, openModule, runOutputs, type AdapterCase, type AdapterUnderTest } from './check-adapter.ts';
export { checkFormat, type FormatUnderTest } from './check-format.ts';
export { checkOp, type CheckedOp, type OpCase, type OpUnderTest } from './check-op.ts';
export { checkRuntime } from './check-runtime.ts';
export { checkSampler, type SamplerContract } from './check-sampler.ts';
export { checkScheduler, schedulerInput, type SchedulerContract } from './check-scheduler.ts';
export { expectClose, TOLERANCES } from './close.ts';
export { draw, drawing, type DrawOptions } from './draw.ts';
export {
  fakeCodec,
  fakeModel,
  flatPicture,
  type FakeModel,
  type FakeModelOptions,
  type UNetCall,
} from './fake-model.ts';
export { expectDigest, fill, type Digest } from './fill.ts';
export { madeModel, type MadeTensor } from './model-file.ts';
export { pick, sumOver, tabulate } from './nd.ts';
export { randomFloats, seeded } from './random.ts';
export { madeUpTaesd, madeUpTensors, shapesOf } from './shapes.ts';
export { expectShapeError } from './refuse.ts';
export { provideRuntime, testRuntime } from './runtime.ts';
