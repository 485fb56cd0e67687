import { PbfWriter } from 'pbf';
import type { OnnxAttr } from '../graph/index.ts';
import type { DType } from '../tensor/index.ts';
import type { OnnxConstant, OnnxModel, OnnxNode, OnnxPort, OnnxWeight } from './model.ts';

/** Where a weight lies for the runtime: a file beside the others it knows, and a byte range in it. */
export interface Placement {
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

// Field numbers and enumerations of onnx.proto (onnx/onnx, IR version 10).
const IR_VERSION = 10;
const OPSET = 21;
const FLOAT = 1;
const FLOAT16 = 10;
const INT64 = 7;
const BOOL = 9;
const EXTERNAL = 1;
const ELEMENT: Partial<Record<DType, number>> = {
  F32: FLOAT,
  F16: FLOAT16,
  BF16: 16,
  F8_E4M3: 17,
  F8_E4M3FNUZ: 18,
  F8_E5M2: 19,
  F8_E5M2FNUZ: 20,
};
const PORT = { f32: FLOAT, f16: FLOAT16, i64: INT64, bool: BOOL } as const;
const ATTR = { float: 1, int: 2, string: 3, ints: 7 } as const;

/** ModelProto bytes. `place` says where each weight lies. */
export function encodeModel(model: OnnxModel, place: (weight: OnnxWeight) => Placement): Uint8Array {
  const w = new PbfWriter();
  w.writeVarintField(1, IR_VERSION);
  const domains = new Set(['', ...model.nodes.map((node) => node.domain)]);
  w.writeMessage(7, writeGraph, { model, place });
  for (const domain of domains) w.writeMessage(8, writeOpset, domain);
  return w.finish();
}

function writeOpset(domain: string, w: PbfWriter): void {
  w.writeStringField(1, domain);
  w.writeVarintField(2, domain === '' ? OPSET : 1);
}

function writeGraph(
  { model, place }: { model: OnnxModel; place: (weight: OnnxWeight) => Placement },
  w: PbfWriter,
): void {
  for (const node of model.nodes) w.writeMessage(1, writeNode, node);
  w.writeStringField(2, 'graft');
  for (const constant of model.constants) w.writeMessage(5, writeConstant, constant);
  for (const weight of model.weights) w.writeMessage(5, writeWeight, { weight, placement: place(weight) });
  for (const port of model.inputs) w.writeMessage(11, writePort, port);
  for (const port of model.outputs) w.writeMessage(12, writePort, port);
  for (const { out, shape } of model.nodes)
    if (shape) w.writeMessage(13, writePort, { name: out, dtype: 'f32' as const, shape });
}

function writeNode(node: OnnxNode, w: PbfWriter): void {
  for (const name of node.ins) w.writeStringField(1, name);
  w.writeStringField(2, node.out);
  w.writeStringField(3, node.out);
  w.writeStringField(4, node.type);
  for (const attr of Object.entries(node.attrs)) w.writeMessage(5, writeAttr, attr);
  if (node.domain !== '') w.writeStringField(7, node.domain);
}

function writeAttr([name, value]: [string, OnnxAttr], w: PbfWriter): void {
  w.writeStringField(1, name);
  if (typeof value === 'string') {
    w.writeStringField(4, value);
    w.writeVarintField(20, ATTR.string);
  } else if (typeof value === 'number') {
    w.writeVarintField(3, value);
    w.writeVarintField(20, ATTR.int);
  } else if ('float' in value) {
    w.writeFloatField(2, value.float);
    w.writeVarintField(20, ATTR.float);
  } else {
    for (const item of value) w.writeVarintField(8, item);
    w.writeVarintField(20, ATTR.ints);
  }
}

function writeConstant({ name, data, shape }: OnnxConstant, w: PbfWriter): void {
  for (const size of shape) w.writeVarintField(1, size);
  w.writeVarintField(2, data instanceof Float32Array ? FLOAT : INT64);
  w.writeStringField(8, name);
  w.writeBytesField(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function writeWeight({ weight, placement }: { weight: OnnxWeight; placement: Placement }, w: PbfWriter): void {
  const { ref, form } = weight;
  for (const size of weight.shape ?? ref.shape) w.writeVarintField(1, size);
  w.writeVarintField(2, form.dtype === 'f32' ? FLOAT : ELEMENT[ref.dtype]!);
  w.writeStringField(8, weight.name);
  for (const entry of Object.entries(placement)) w.writeMessage(13, writeEntry, entry as [string, string | number]);
  w.writeVarintField(14, EXTERNAL);
}

function writeEntry([key, value]: [string, string | number], w: PbfWriter): void {
  w.writeStringField(1, key);
  w.writeStringField(2, String(value));
}

function writePort({ name, dtype, shape }: OnnxPort, w: PbfWriter): void {
  w.writeStringField(1, name);
  w.writeMessage(2, writeType, { dtype, shape });
}

function writeType(type: Omit<OnnxPort, 'name'>, w: PbfWriter): void {
  w.writeMessage(1, writeTensorType, type);
}

function writeTensorType({ dtype, shape }: Omit<OnnxPort, 'name'>, w: PbfWriter): void {
  w.writeVarintField(1, PORT[dtype]);
  w.writeMessage(2, writeShape, shape);
}

function writeShape(shape: OnnxPort['shape'], w: PbfWriter): void {
  for (const dim of shape) w.writeMessage(1, writeDim, dim);
}

function writeDim(dim: number | string, w: PbfWriter): void {
  if (typeof dim === 'number') w.writeVarintField(1, dim);
  else w.writeStringField(2, dim);
}
