import { setArrayState, setDtypeState, isNumpyDtype } from './numpy.ts';
import { addItem, findGlobal, isGlobal, setItem } from './pickle-globals.ts';
import { COST, decodeName, pickleMachine, type Machine, type PersistentLoad } from './pickle-machine.ts';
import {
  decodeDecimal,
  decodeLiteral,
  decodeLong,
  decodePickleUtf8,
  decodePython2,
  decodeRawUnicode,
} from './pickle-text.ts';
import { isPickleObject, type PickleDict, type PickleValue } from './pickle-value.ts';

// Python pickles as data: every opcode that model files use is a few lines here; names lead to pickle-globals.ts and
// nowhere else. Opcodes: CPython's Lib/pickletools.py, protocols 0 to 5.

/** Longest integer: bytes of LONG1/LONG4, and decimal digits of INT/LONG. */
const INTEGER_BYTES_LIMIT = 1024;
const INTEGER_DIGITS_LIMIT = 2466;
const STOP = 0x2e;

type Opcode = (machine: Machine) => void;

/**
 * Reads one pickle from the front of `bytes`. Nothing in it is looked up, imported or called.
 * Throws FormatError: `forbidden-pickle` for an opcode or name outside the allow-list, `truncated`, `bad-header` for a
 * stream that no pickler writes, `out-of-range` and `unsupported` for impossible or unknown tensors and arrays,
 * `too-large` over the limits on integers and volume.
 * @returns the value and the number of bytes it took.
 */
export function readPickle(
  bytes: Uint8Array,
  file: string,
  persistent: PersistentLoad,
): { readonly value: PickleValue; readonly length: number } {
  const machine = pickleMachine(bytes, file, persistent);
  for (;;) {
    const code = machine.uint(1);
    if (code === STOP) return { value: machine.pop(), length: machine.at() };
    const opcode = OPCODES[code];
    if (opcode === undefined)
      machine.fail('forbidden-pickle', `its pickle uses the opcode 0x${code.toString(16).padStart(2, '0')}`);
    else opcode(machine);
  }
}

function pushText(machine: Machine, text: string | undefined): void {
  if (text === undefined) return machine.fail('bad-header', 'its pickle holds a broken text');
  machine.charge(COST.object + 2 * text.length);
  machine.push(text);
}

function pushBytes(machine: Machine, length: number): void {
  const bytes = machine.take(length);
  machine.charge(COST.object + length);
  // A copy, so that a small value does not keep the whole pickle.
  machine.push(bytes.slice());
}

function pushNumber(machine: Machine, value: number | bigint | undefined): void {
  if (value === undefined) return machine.fail('bad-header', 'its pickle holds a broken number');
  machine.push(value);
}

function pushLong(machine: Machine, length: number): void {
  if (length > INTEGER_BYTES_LIMIT) machine.fail('too-large', `its pickle holds an integer of ${length} bytes`);
  machine.charge(COST.object + length);
  pushNumber(machine, decodeLong(machine.take(length)));
}

function append(machine: Machine, items: readonly PickleValue[]): void {
  const list = machine.top();
  if (!Array.isArray(list) || Object.isFrozen(list))
    return machine.fail('bad-header', 'its pickle appends to something that is no list');
  machine.charge(COST.slot * items.length);
  for (const item of items) list.push(item);
}

function setItems(machine: Machine, items: readonly PickleValue[]): void {
  if (items.length % 2 !== 0) machine.fail('bad-header', 'its pickle sets a key without a value');
  const dict = machine.top();
  for (let i = 0; i < items.length; i += 2) setItem(dict, items[i]!, items[i + 1]!, machine);
}

function pushDict(machine: Machine, items: readonly PickleValue[]): void {
  machine.charge(COST.dict);
  machine.push(new Map());
  setItems(machine, items);
}

/** Calls what the allow-list says stands behind a name. */
function call(machine: Machine, callee: PickleValue, args: PickleValue, newObject: boolean): void {
  if (!isGlobal(callee)) return machine.fail('bad-header', 'its pickle calls something that is no function');
  if (!Array.isArray(args) || !Object.isFrozen(args))
    return machine.fail('bad-header', `${callee.name} is called without a tuple of arguments`);
  if (callee.call === undefined || (newObject && !callee.isClass))
    return machine.fail('forbidden-pickle', `its pickle calls ${callee.name}`);
  machine.push(callee.call(args as PickleValue[], machine));
}

/** Sets the state of the value on top. */
function build(machine: Machine): void {
  const state = machine.pop();
  const target = machine.top();
  if (target instanceof Map) {
    // An OrderedDict's attributes (`_metadata`: versions of modules) are no content; a ParameterDict's are all it has.
    const parameters = state instanceof Map ? (state as PickleDict).get('_parameters') : undefined;
    if (parameters instanceof Map)
      for (const [key, value] of parameters as PickleDict) setItem(target, key, value, machine);
    return;
  }
  if (isNumpyDtype(target)) return setDtypeState(target, state, machine.fail);
  if (isPickleObject(target) && target.kind === 'ndarray') {
    if (Array.isArray(state) && state[4] instanceof Uint8Array) machine.charge(state[4].length);
    return setArrayState(target, state, machine.fail);
  }
  if (isPickleObject(target) && target.kind === 'object') return;
  machine.fail('bad-header', 'its pickle sets the state of something that has none');
}

function pushGlobal(machine: Machine, module: PickleValue, name: PickleValue): void {
  if (typeof module !== 'string' || typeof name !== 'string')
    return machine.fail('bad-header', 'its pickle names something by no text');
  machine.push(findGlobal(module, name, machine));
}

function memoIndex(machine: Machine): number {
  const line = machine.line();
  return /^[0-9]{1,10}$/.test(line) ? Number(line) : machine.fail('bad-header', 'its pickle has a broken memo index');
}

function pushFloat(machine: Machine): void {
  const bytes = machine.take(8);
  machine.pushFloat(new DataView(bytes.buffer, bytes.byteOffset, 8).getFloat64(0));
}

const FLOAT_WORDS: ReadonlyMap<string, number> = new Map([
  ['inf', Infinity],
  ['-inf', -Infinity],
  ['nan', NaN],
]);

const FLOAT = /^-?[0-9]{1,400}(\.[0-9]{0,400})?(e[+-]?[0-9]{1,4})?$/;

/** FLOAT: what Python's repr writes. */
function pushFloatLine(machine: Machine): void {
  const line = machine.line();
  const value = FLOAT_WORDS.get(line) ?? (FLOAT.test(line) ? Number(line) : undefined);
  machine.pushFloat(value ?? machine.fail('bad-header', 'its pickle holds a broken number'));
}

function pushIntLine(machine: Machine): void {
  const line = machine.line();
  if (line === '00' || line === '01') machine.push(line === '01');
  else pushNumber(machine, decodeDecimal(line, INTEGER_DIGITS_LIMIT));
}

const int32 = (machine: Machine): number => machine.uint(4) | 0;

/** A length of 32 bits that Python writes as signed. */
function signedLength(machine: Machine): number {
  const length = int32(machine);
  return length >= 0 ? length : machine.fail('bad-header', 'its pickle holds a value of negative length');
}

const TABLE: readonly (readonly [number | string, Opcode])[] = [
  // PROTO: the opcodes say it all. FRAME: only a hint for buffering.
  [0x80, (m) => void m.uint(1)],
  [0x95, (m) => void m.uint(8)],

  ['N', (m) => m.push(null)],
  [0x88, (m) => m.push(true)],
  [0x89, (m) => m.push(false)],
  ['J', (m) => m.push(int32(m))],
  ['K', (m) => m.push(m.uint(1))],
  ['M', (m) => m.push(m.uint(2))],
  [0x8a, (m) => pushLong(m, m.uint(1))],
  [0x8b, (m) => pushLong(m, signedLength(m))],
  ['G', pushFloat],
  ['I', pushIntLine],
  ['L', (m) => pushNumber(m, decodeDecimal(m.line().replace(/L$/, ''), INTEGER_DIGITS_LIMIT))],
  ['F', pushFloatLine],

  ['X', (m) => pushText(m, decodePickleUtf8(m.take(m.uint(4))))],
  [0x8c, (m) => pushText(m, decodePickleUtf8(m.take(m.uint(1))))],
  [0x8d, (m) => pushText(m, decodePickleUtf8(m.take(m.uint(8))))],
  ['U', (m) => pushText(m, decodePython2(m.take(m.uint(1))))],
  ['T', (m) => pushText(m, decodePython2(m.take(signedLength(m))))],
  ['S', (m) => pushText(m, decodeLiteral(m.line()))],
  ['V', (m) => pushText(m, decodeRawUnicode(m.line()))],
  ['C', (m) => pushBytes(m, m.uint(1))],
  ['B', (m) => pushBytes(m, m.uint(4))],
  [0x8e, (m) => pushBytes(m, m.uint(8))],
  [0x96, (m) => pushBytes(m, m.uint(8))],

  ['(', (m) => m.mark()],
  ['0', (m) => void m.pop()],
  ['1', (m) => void m.popMark()],
  ['2', (m) => m.duplicate()],
  [')', (m) => m.pushTuple([])],
  ['t', (m) => m.pushTuple(m.popMark())],
  [0x85, (m) => m.pushTuple(m.popMany(1))],
  [0x86, (m) => m.pushTuple(m.popMany(2))],
  [0x87, (m) => m.pushTuple(m.popMany(3))],
  [']', (m) => pushList(m, [])],
  ['l', (m) => pushList(m, m.popMark())],
  ['a', (m) => append(m, [m.pop()])],
  ['e', (m) => append(m, m.popMark())],
  ['}', (m) => pushDict(m, [])],
  ['d', (m) => pushDict(m, m.popMark())],
  ['s', (m) => setItems(m, m.popMany(2))],
  ['u', (m) => setItems(m, m.popMark())],
  [0x8f, (m) => pushSet(m, [])],
  [0x91, (m) => pushSet(m, m.popMark())],
  [0x90, (m) => addItems(m, m.popMark())],

  ['q', (m) => m.remember(m.uint(1))],
  ['r', (m) => m.remember(m.uint(4))],
  ['p', (m) => m.remember(memoIndex(m))],
  [0x94, (m) => m.remember(m.memoSize())],
  ['h', (m) => m.recall(m.uint(1))],
  ['j', (m) => m.recall(m.uint(4))],
  ['g', (m) => m.recall(memoIndex(m))],

  ['c', (m) => pushGlobal(m, decodeName(m.line()), decodeName(m.line()))],
  [0x93, (m) => pushGlobal(m, ...(m.popMany(2) as [PickleValue, PickleValue]))],
  // INST: found or not, refused; looked for, so that the message names it.
  ['i', (m) => m.fail('forbidden-pickle', `its pickle calls ${String(findInst(m))} by INST`)],
  ['R', (m) => call(m, ...calleeAndArgs(m), false)],
  [0x81, (m) => call(m, ...calleeAndArgs(m), true)],
  [0x92, newObjectEx],
  ['b', build],
  ['Q', (m) => m.push(m.persistent(m.pop(), m))],
];

const OPCODES: readonly (Opcode | undefined)[] = (() => {
  const opcodes: (Opcode | undefined)[] = Array.from({ length: 256 });
  for (const [code, opcode] of TABLE) opcodes[typeof code === 'string' ? code.charCodeAt(0) : code] = opcode;
  return opcodes;
})();

function pushList(machine: Machine, items: PickleValue[]): void {
  machine.charge(COST.list + COST.slot * items.length);
  machine.push(items);
}

function pushSet(machine: Machine, items: readonly PickleValue[]): void {
  machine.charge(COST.dict);
  machine.push(new Set());
  addItems(machine, items);
}

function addItems(machine: Machine, items: readonly PickleValue[]): void {
  const set = machine.top();
  for (const item of items) addItem(set, item, machine);
}

function findInst(machine: Machine): string {
  const [module, name] = [decodeName(machine.line()), decodeName(machine.line())];
  findGlobal(module, name, machine);
  return `${module}.${name}`;
}

function calleeAndArgs(machine: Machine): [PickleValue, PickleValue] {
  return machine.popMany(2) as [PickleValue, PickleValue];
}

function newObjectEx(machine: Machine): void {
  const [callee, args, keywords] = machine.popMany(3) as [PickleValue, PickleValue, PickleValue];
  if (!(keywords instanceof Map) || keywords.size > 0)
    machine.fail('forbidden-pickle', 'its pickle passes arguments by keyword');
  call(machine, callee, args, true);
}
