import { RequestError } from '../../errors/index.ts';
import { scalar, type Value } from '../../graph/index.ts';
import {
  add,
  div,
  exp,
  gelu,
  leakyRelu,
  log,
  mul,
  relu,
  sigmoid,
  sign,
  silu,
  slice,
  softmax,
  sub,
  tanh,
} from '../../ops/index.ts';
import { fixed } from '../../nn/index.ts';

// torch.nn's activations with their default arguments, by their names in lower case; A1111 modules/hypernetworks/hypernetwork.py.

/** An activation; `weight` is the tensor of those that learn. */
type Activation = (x: Value, weight?: Value) => Value;

const negative = (x: Value): Value => mul(x, scalar(-1));
const plus = (x: Value, by: number): Value => add(x, scalar(by));
const times = (x: Value, by: number): Value => mul(x, scalar(by));
/** min(x, 0). */
const below = (x: Value): Value => negative(relu(negative(x)));
const absolute = (x: Value): Value => mul(x, sign(x));
/** eˣ − 1 where x is negative, 0 elsewhere. */
const expBelow = (x: Value): Value => plus(exp(below(x)), -1);
const elu = (x: Value): Value => add(relu(x), expBelow(x));
/** log(1 + eˣ) without overflow. */
const softplus = (x: Value): Value => add(relu(x), log(plus(exp(negative(absolute(x))), 1)));
const relu6 = (x: Value): Value => sub(relu(x), relu(plus(x, -6)));
const hardsigmoid = (x: Value): Value => times(relu6(plus(x, 3)), 1 / 6);
const hardswish = (x: Value): Value => mul(x, hardsigmoid(x));
/** torch takes the first axis where nobody chooses one, unless there are two or more than three. */
const torchAxis = (x: Value): number => ([0, 1, 3].includes(x.shape.length) ? 0 : 1);
const softmin = (x: Value): Value => softmax(negative(x), torchAxis(x));

const SELU = { alpha: 1.6732632423543772, scale: 1.0507009873554805 } as const;
/** Mean of the slopes 1/8 … 1/3 that training draws from. */
const RRELU_SLOPE = (1 / 8 + 1 / 3) / 2;
const SHRINK = 0.5;

const ACTIVATIONS: ReadonlyMap<string, Activation> = new Map<string, Activation>([
  ['celu', elu],
  ['elu', elu],
  ['gelu', gelu],
  [
    'glu',
    // The half of the features that is left does not fit the next layer: A1111 lists it all the same.
    (x) => {
      const [axis, half] = [x.shape.length - 1, Math.floor(fixed(x, -1) / 2)];
      return mul(slice(x, { axis, start: 0, end: half }), sigmoid(slice(x, { axis, start: half, end: 2 * half })));
    },
  ],
  ['hardshrink', (x) => mul(x, relu(sign(plus(absolute(x), -SHRINK))))],
  ['hardsigmoid', hardsigmoid],
  ['hardswish', hardswish],
  ['hardtanh', (x) => plus(sub(relu(plus(x, 1)), relu(plus(x, -1))), -1)],
  ['leakyrelu', (x) => leakyRelu(x, 0.01)],
  ['logsigmoid', (x) => negative(softplus(negative(x)))],
  ['logsoftmax', (x) => log(softmax(x, torchAxis(x)))],
  ['mish', (x) => mul(x, tanh(softplus(x)))],
  ['prelu', (x, weight) => add(relu(x), mul(below(x), weight ?? scalar(0.25)))],
  ['relu', relu],
  ['relu6', relu6],
  ['rrelu', (x) => leakyRelu(x, RRELU_SLOPE)],
  ['selu', (x) => times(add(relu(x), times(expBelow(x), SELU.alpha)), SELU.scale)],
  ['sigmoid', sigmoid],
  ['silu', silu],
  ['softmax', (x) => softmax(x, torchAxis(x))],
  ['softmax2d', (x) => softmax(x, x.shape.length - 3)],
  ['softmin', softmin],
  ['softplus', softplus],
  ['softshrink', (x) => sub(relu(plus(x, -SHRINK)), relu(plus(negative(x), -SHRINK)))],
  ['softsign', (x) => div(x, plus(absolute(x), 1))],
  // A1111's own name for it: not the x·σ(x) that others call swish.
  ['swish', hardswish],
  ['tanh', tanh],
  ['tanhshrink', (x) => sub(x, tanh(x))],
]);

/** Whether the activation has a tensor of its own. */
export function learns(name: string): boolean {
  return name === 'prelu';
}

/** The activation of a name as A1111 writes it. Throws RequestError for names that A1111 lists but cannot build, and for others. */
export function activation(name: string): Activation {
  const found = ACTIVATIONS.get(name);
  if (found !== undefined) return found;
  throw new RequestError('activation', `there is no activation ${JSON.stringify(name)} for hypernetworks`, {
    hint: `Choose linear, ${[...ACTIVATIONS.keys()].join(', ')}.`,
  });
}
