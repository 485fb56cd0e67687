import { FormatError } from '../errors/index.ts';
import { counted } from './counted.ts';
import type { Fail } from './fail.ts';
import { printable } from './printable.ts';
import { decodeLatin1, decodePickleUtf8 } from './pickle-text.ts';
import type { PickleList, PickleValue } from './pickle-value.ts';

/**
 * Most memory that the values of one pickle may take, in bytes, by the estimates below. A whole SDXL checkpoint takes
 * about 5 MB.
 */
export const PICKLE_VOLUME_LIMIT: number = 32 * 2 ** 20;

/** Estimates of memory in bytes: what V8 takes on 64 bits, rounded up. */
export const COST = {
  slot: 24,
  memo: 64,
  mark: 64,
  list: 64,
  dict: 200,
  dictEntry: 48,
  object: 96,
  tensor: 640,
} as const;

/** Resolves persistent ids; the container knows what they mean. */
export type PersistentLoad = (id: PickleValue, machine: Machine) => PickleValue;

/** The state of a pickle that is being read: its bytes, the stack with its marks, the memo, the volume. */
export interface Machine {
  readonly persistent: PersistentLoad;
  /** Throws a FormatError that names the keys on the way to the value being made. */
  readonly fail: Fail;
  /** Counts memory against the limit. */
  charge(bytes: number): void;
  /** Position of the next byte. */
  at(): number;
  /** The next `n` bytes, as a view. */
  take(n: number): Uint8Array;
  /** An unsigned little-endian integer of 1, 2, 4 or 8 bytes. */
  uint(bytes: 1 | 2 | 4 | 8): number;
  /** A line up to a newline, as Latin-1. */
  line(): string;
  push(value: PickleValue): void;
  /** Pushes a float; one without a fraction is marked, because it is no size and no offset. */
  pushFloat(value: number): void;
  pop(): PickleValue;
  /** The last `n` values, in the order in which they were pushed. */
  popMany(n: number): PickleValue[];
  /** The container on top, left there. */
  top(): PickleValue;
  /** Pushes the value on top once more. */
  duplicate(): void;
  mark(): void;
  /** Everything above the last mark; the mark goes away. */
  popMark(): PickleValue[];
  /** Pushes the values that were popped last as a tuple. */
  pushTuple(items: PickleValue[]): void;
  /** Whether a tuple was made of floats without a fraction. */
  hasWholeFloats(tuple: PickleList): boolean;
  /** Keeps the value on top under an index. */
  remember(index: number): void;
  /** Pushes the value that was kept under an index. */
  recall(index: number): void;
  memoSize(): number;
}

/** A float without a fraction while it is on the stack: as a plain number it could not be told from an integer. */
class WholeFloat {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

type Slot = PickleValue | WholeFloat;

/** A machine at the first byte of `bytes`. `file`: what to call it in messages. */
export function pickleMachine(bytes: Uint8Array, file: string, persistent: PersistentLoad): Machine {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const memo = new Map<number, Slot>();
  const frames: Slot[][] = [];
  let stack: Slot[] = [];
  const floatTuples = new WeakSet<PickleList>();
  let poppedFloat = false;
  let at = 0;
  let volume = 0;

  const fail: Fail = (fault, message) => {
    const path = pendingKeys([...frames, stack]);
    const where = path.length === 0 ? '' : ` (at "${printable(path.join('.')).slice(0, 200)}")`;
    throw new FormatError(fault, file, `${message}${where}`);
  };
  const open = (slot: Slot): PickleValue => {
    if (!(slot instanceof WholeFloat)) return slot;
    poppedFloat = true;
    return slot.value;
  };
  const topSlot = (): Slot => {
    const slot = stack.at(-1);
    return slot === undefined ? fail('bad-header', 'its pickle looks at an empty stack') : slot;
  };
  const machine: Machine = {
    persistent,
    fail,
    charge(cost) {
      volume += cost;
      if (volume > PICKLE_VOLUME_LIMIT)
        fail('too-large', `its pickle makes values of more than ${PICKLE_VOLUME_LIMIT} bytes`);
    },
    at: () => at,
    take(n) {
      if (n > bytes.length - at) fail('truncated', `its pickle ends inside a value of ${counted(n, 'byte')}`);
      at += n;
      return bytes.subarray(at - n, at);
    },
    uint(size) {
      machine.take(size);
      if (size === 1) return bytes[at - 1]!;
      if (size === 2) return view.getUint16(at - 2, true);
      if (size === 4) return view.getUint32(at - 4, true);
      // Rounded beyond 2^53, where it is too large for anything anyway.
      return Number(view.getBigUint64(at - 8, true));
    },
    line() {
      const end = bytes.indexOf(0x0a, at);
      if (end < 0) fail('truncated', 'its pickle ends inside a line');
      const line = bytes.subarray(at, end);
      at = end + 1;
      machine.charge(2 * line.length);
      return decodeLatin1(line);
    },
    push(value) {
      machine.charge(COST.slot);
      stack.push(value);
    },
    pushFloat(value) {
      machine.charge(COST.slot);
      stack.push(Number.isInteger(value) ? new WholeFloat(value) : value);
    },
    pop() {
      const slot = stack.pop();
      return slot === undefined ? fail('bad-header', 'its pickle takes a value from an empty stack') : open(slot);
    },
    popMany(n) {
      poppedFloat = false;
      if (stack.length < n) fail('bad-header', 'its pickle takes a value from an empty stack');
      return stack.splice(stack.length - n, n).map(open);
    },
    top: () => open(topSlot()),
    duplicate() {
      machine.charge(COST.slot);
      stack.push(topSlot());
    },
    mark() {
      machine.charge(COST.mark);
      frames.push(stack);
      stack = [];
    },
    popMark() {
      const slots = stack;
      stack = frames.pop() ?? fail('bad-header', 'its pickle looks for a mark that is not there');
      poppedFloat = false;
      return slots.map(open);
    },
    pushTuple(items) {
      machine.charge(COST.list + COST.slot * items.length);
      const tuple = Object.freeze(items);
      if (poppedFloat) floatTuples.add(tuple);
      machine.push(tuple);
    },
    hasWholeFloats: (tuple) => floatTuples.has(tuple),
    remember(index) {
      if (!memo.has(index)) machine.charge(COST.memo);
      memo.set(index, topSlot());
    },
    recall(index) {
      const slot = memo.get(index);
      machine.charge(COST.slot);
      stack.push(
        slot === undefined ? fail('bad-header', `its pickle recalls value ${index}, which was never kept`) : slot,
      );
    },
    memoSize: () => memo.size,
  };
  return machine;
}

/** A module or attribute name of GLOBAL: UTF-8, else Latin-1. */
export function decodeName(latin1: string): string {
  const bytes = Uint8Array.from(latin1, (char) => char.charCodeAt(0));
  return decodePickleUtf8(bytes) ?? latin1;
}

/**
 * The dict keys whose values are under way. Between marks, after a dict, keys and values stand by turns until SETITEMS;
 * without a mark, each dict is followed by the one key that SETITEM will set.
 */
function pendingKeys(frames: readonly (readonly Slot[])[]): string[] {
  const path: string[] = [];
  let filling = false;
  for (const frame of frames) {
    let inDict = filling;
    let key: string | undefined;
    let keyOfDict: string | undefined;
    for (const item of frame) {
      if (item instanceof Map) {
        if (!filling && key !== undefined) path.push(key);
        keyOfDict = key;
        key = undefined;
        inDict = true;
      } else if (inDict && typeof item === 'string') {
        key = item;
      }
    }
    const dictOnTop = frame.at(-1) instanceof Map;
    const under = filling && dictOnTop ? keyOfDict : key;
    if (under !== undefined) path.push(under);
    filling = dictOnTop;
  }
  return path;
}
