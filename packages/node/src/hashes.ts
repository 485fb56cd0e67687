import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Hasher, Hashers } from '@graft/core/formats';

/** Checksums by OpenSSL and zlib. */
export const nodeHashers: Hashers = {
  sha256(): Hasher {
    const hash = createHash('sha256');
    return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('hex') };
  },
  crc32(): Hasher {
    let sum = 0;
    return {
      update(bytes) {
        sum = crc32(bytes, sum);
      },
      digest: () => sum.toString(16).padStart(8, '0'),
    };
  },
};
