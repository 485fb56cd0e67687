/** A thread that prepares its share of a model's weights. */
import { workerData } from 'node:worker_threads';
import { prepareJobs, type Job } from './prepare.ts';

const { jobs, path } = workerData as { readonly jobs: readonly Job[]; readonly path: string };
prepareJobs(jobs, path);
