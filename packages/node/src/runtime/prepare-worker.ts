/** A thread that prepares its share of a model's weights. */
import { workerData } from 'node:worker_threads';
import { prepareJobs, type Job } from './prepare.ts';

for (const { jobs, path } of workerData as readonly { readonly jobs: readonly Job[]; readonly path: string }[])
  prepareJobs(jobs, path);
