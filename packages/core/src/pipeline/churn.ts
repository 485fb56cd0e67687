import type { GenerateRequest } from './request.ts';

/** How much noise samplers that can renew it do renew, unasked by their kind: the setting, unless that is at its default, else the request's. */
export function churnOf({ s_churn: own, options }: Pick<GenerateRequest, 's_churn' | 'options'>): number {
  return options.s_churn || (own ?? 0);
}
