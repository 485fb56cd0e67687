/** Tells what a model file is, from its header alone. usage: node examples/dist/inspect.js FILE */
import { SdError } from '@graft/core/errors';
import { describeModel, renderDescription } from '@graft/core/models';
import { openModel } from '@graft/node';

const [path = ''] = process.argv.slice(2);
try {
  const { file, close } = await openModel(path);
  console.log(renderDescription(describeModel(file)));
  await close();
} catch (error) {
  if (!(error instanceof SdError)) throw error;
  console.error(`${error.message}${error.hint === undefined ? '' : `\n${error.hint}`}`);
  process.exitCode = 1;
}
