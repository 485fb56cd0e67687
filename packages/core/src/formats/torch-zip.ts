import type { ByteSource } from '../bytes/index.ts';
import { FormatError } from '../errors/index.ts';
import type { ModelFile } from './model-file.ts';
import { readPickle } from './pickle.ts';
import { quoted } from './printable.ts';
import { readStorageId, torchModelFile } from './torch-object.ts';
import type { Storage, StorageData } from './torch-tensor.ts';
import { locateMember, openZip, readMember, type ZipData, type ZipMember } from './zip.ts';

// torch ≥ 1.6, torch/serialization.py and caffe2/serialize/inline_container.cc:
//   <folder>/data.pkl · <folder>/data/<digits> one storage each · <folder>/byteorder (little, if missing)
//   The rest (version, .data/serialization_id, .format_version, .storage_alignment …) says nothing about tensors.

/** Longest `data.pkl`; that of a whole SDXL checkpoint has 1 MB. */
export const PICKLE_LIMIT: number = 16 * 2 ** 20;
const PICKLE = '/data.pkl';
const SMALL = 64;

/**
 * Opens a torch zip file: reads its directory, its pickle and the local headers of its storages.
 * Throws FormatError: those of `openZip` and `readPickle`; `not-a-model` for archives of other things and objects without
 * tensors; `unsupported` for TorchScript, big-endian files and encrypted members.
 */
export async function openTorchZip(source: ByteSource): Promise<ModelFile> {
  const members = await openZip(source);
  const byName = new Map(members.map((member) => [member.name, member]));
  const pickle = findPickle(source, members);
  const root = pickle.name.slice(0, -PICKLE.length);
  if (byName.has(`${root}/constants.pkl`) || members.some(({ name }) => name.startsWith(`${root}/code/`)))
    throw new FormatError('unsupported', source.name, 'is a TorchScript program', {
      hint: 'Save the weights alone, as safetensors or with torch.save(model.state_dict()).',
    });
  await checkByteOrder(source, byName.get(`${root}/byteorder`));

  const storages: Storage[] = [];
  const bytes = await readMember(source, await locateMember(source, pickle), PICKLE_LIMIT);
  const { value } = readPickle(bytes, source.name, (id, machine) => {
    const { storage } = readStorageId(id, 5, machine);
    if (!/^[0-9]{1,20}$/.test(storage.key)) machine.fail('bad-header', `a storage has the key ${quoted(storage.key)}`);
    storages.push(storage);
    return storage;
  });
  const data = new Map<string, StorageData>();
  await Promise.all(
    [...new Set(storages.map(({ key }) => key))].map(async (key) => {
      const member = byName.get(`${root}/data/${key}`);
      if (member !== undefined) data.set(key, storageData(source, await locateMember(source, member)));
    }),
  );
  for (const storage of storages) storage.data = data.get(storage.key);
  return torchModelFile(source.name, 'torch-zip', value);
}

function findPickle(source: ByteSource, members: readonly ZipMember[]): ZipMember {
  const [pickle, second] = members.filter(({ name }) => name.endsWith(PICKLE));
  if (second !== undefined) throw new FormatError('bad-header', source.name, 'has two data.pkl in two folders');
  if (pickle !== undefined) return pickle;
  const arrays = members.some(({ name }) => name.endsWith('.npy'));
  const model = members.find(({ name }) => /\.(safetensors|ckpt|pt|pth|bin)$/i.test(name));
  if (arrays) throw new FormatError('unsupported', source.name, 'is a zip archive of NumPy arrays');
  throw new FormatError(
    'not-a-model',
    source.name,
    model ? `is a zip archive that holds ${model.name.slice(0, 200)}` : 'is a zip archive without a torch pickle',
    model ? { hint: 'Unpack the archive and use the file inside.' } : {},
  );
}

async function checkByteOrder(source: ByteSource, member: ZipMember | undefined): Promise<void> {
  if (member === undefined) return;
  const bytes = await readMember(source, await locateMember(source, member), SMALL);
  const order = String.fromCharCode(...bytes);
  if (order === 'little') return;
  if (order === 'big') throw new FormatError('unsupported', source.name, 'was written on a big-endian machine');
  throw new FormatError('bad-header', source.name, `has the byte order ${quoted(order)}`);
}

/** Bytes of a storage; a deflated one is unpacked at its first use and kept while it is in use. */
function storageData(source: ByteSource, data: ZipData): StorageData {
  const { method, size } = data.member;
  if (method === 0) {
    const { start } = data;
    return { size, offset: start, read: (from, to) => source.read(start + from, start + to) };
  }
  let unpacked: WeakRef<Uint8Array> | undefined;
  return {
    size,
    offset: undefined,
    async read(from, to) {
      const bytes = unpacked?.deref() ?? (await readMember(source, data, Number.MAX_SAFE_INTEGER));
      unpacked = new WeakRef(bytes);
      return bytes.subarray(from, to);
    },
  };
}
