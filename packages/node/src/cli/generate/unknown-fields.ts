import { nearestHint, nearestNames, RequestError } from '@graft/core/errors';
import { requestFields, type GenerateRequest } from '@graft/core/pipeline';

/** Fields of the webui's API that say nothing about a picture. */
const WITHOUT_EFFECT = [
  'alwayson_scripts',
  'comments',
  'do_not_save_grid',
  'do_not_save_samples',
  'firstpass_image',
  'force_task_id',
  'include_init_images',
  'infotext',
  'latent_mask',
  'override_settings_restore_afterwards',
  'restore_faces',
  'save_images',
  'script_args',
  'script_name',
  'send_images',
];

/** Notes about fields that do nothing. Throws RequestError for one that is probably misspelt. */
export function unknownFields(body: Readonly<Record<string, unknown>>, kind: GenerateRequest['kind']): string[] {
  const known = [...requestFields('txt2img'), ...requestFields('img2img')];
  const notes: string[] = [];
  for (const [name, value] of Object.entries(body)) {
    if (known.includes(name) || WITHOUT_EFFECT.includes(name)) continue;
    const near = nearestNames(name, requestFields(kind));
    if (near.length > 0) throw new RequestError(name, 'is no field of a request', { hint: nearestHint(name, near) });
    if (value !== null) notes.push(`The field "${name}" says nothing about a picture and was left out.`);
  }
  const { script_name: script, alwayson_scripts: scripts } = body;
  if (typeof script === 'string' && script !== '')
    throw new RequestError('script_name', `the script "${script}" is not there`, { hint: 'Remove the field.' });
  const names = typeof scripts === 'object' && scripts !== null ? Object.keys(scripts) : [];
  if (names.length > 0) notes.push(`Extensions (${names.join(', ')}) are not there, so what they do was left out.`);
  return notes;
}
