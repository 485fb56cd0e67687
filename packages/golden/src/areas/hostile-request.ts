import { decodeUtf8 } from '@graft/core/bytes';
import { RequestError } from '@graft/core/errors';
import { parseInfotext } from '@graft/core/formats';
import { readRequest, requestFromInfotext } from '@graft/core/pipeline';

/** What is wrong when the numbers of an infotext are used: nothing, if the request is refused. */
export function acceptedRequest(bytes: Uint8Array): string | undefined {
  try {
    readRequest('txt2img', requestFromInfotext(parseInfotext(decodeUtf8(bytes)), 'txt2img'), () => new Uint8Array());
    return 'a request with these numbers is accepted';
  } catch (error) {
    return error instanceof RequestError ? undefined : `a request with these numbers threw ${String(error)}`;
  }
}
