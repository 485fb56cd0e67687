import { FormatError } from '../errors/index.ts';
import type { Fail } from './fail.ts';
import { printable } from './printable.ts';
import { decodeLatin1, decodePickleUtf8 } from './pickle-text.ts';
import type { PickleValue } from './pickle-value.ts';

/**
 * Most memory that the values of one pickle may take, in bytes, by the estimates below. A whole SDXL checkpoint takes
 * about 5 MB.
 */
export const PICKLE_VOLUME_LIMIT: number = 48 * 2 ** 20;

/** Estimates of memory in bytes: what V8 takes on 64 bits, rounded up. */
export const COST = {
  slot: 16,
  memo: 40,
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
  pop(): PickleValue;
  /** The value on top, left there. */
  top(): PickleValue;
  mark(): void;
  /** Everything above the last mark; the mark goes away. */
  popMark(): PickleValue[];
  remember(index: number): void;
  recall(index: number): PickleValue;
  memoSize(): number;
}

/** A machine at the first byte of `bytes`. `file`: what to call it in messages. */
export function pickleMachine(bytes: Uint8Array, file: string, persistent: PersistentLoad): Machine {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const memo = new Map<number, PickleValue>();
  const frames: PickleValue[][] = [];
  let stack: PickleValue[] = [];
  let at = 0;
  let volume = 0;

  const fail: Fail = (fault, message) => {
    const path = pendingKeys([...frames, stack]);
    const where = path.length === 0 ? '' : ` (at "${printable(path.join('.')).slice(0, 200)}")`;
    throw new FormatError(fault, file, `${message}${where}`);
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
      if (n > bytes.length - at) fail('truncated', `its pickle ends inside a value of ${n} bytes`);
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
    pop() {
      const value = stack.pop();
      return value === undefined ? fail('bad-header', 'its pickle takes a value from an empty stack') : value;
    },
    top() {
      const value = stack.at(-1);
      return value === undefined ? fail('bad-header', 'its pickle looks at an empty stack') : value;
    },
    mark() {
      machine.charge(COST.mark);
      frames.push(stack);
      stack = [];
    },
    popMark() {
      const items = stack;
      stack = frames.pop() ?? fail('bad-header', 'its pickle looks for a mark that is not there');
      return items;
    },
    remember(index) {
      if (!memo.has(index)) machine.charge(COST.memo);
      memo.set(index, machine.top());
    },
    recall(index) {
      const value = memo.get(index);
      return value === undefined
        ? fail('bad-header', `its pickle recalls value ${index}, which was never kept`)
        : value;
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

/** The dict keys whose values are under way: in each frame, the last text after a dict. */
function pendingKeys(frames: readonly (readonly PickleValue[])[]): string[] {
  const path: string[] = [];
  let inside = false;
  for (const frame of frames) {
    let key: string | undefined;
    for (const item of frame) {
      if (item instanceof Map) {
        inside = true;
        key = undefined;
      } else if (inside && typeof item === 'string') {
        key = item;
      }
    }
    if (key !== undefined) path.push(key);
    inside = frame.at(-1) instanceof Map;
  }
  return path;
}
