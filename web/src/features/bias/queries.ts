import { get, post } from '@/api/client';
import type { BiasAudit } from '@/api/network';

export type By = 'agency' | 'cell';

export const requestsBy = (by: By) => get<BiasAudit>(`/api/audits/requests?by=${by}`);

export interface Table {
  table: string;
  group: string;
  stages: string[];
  stratum: string | null;
}
/** Judge a table; it is not kept. */
export const auditTable = (table: Table) => post<BiasAudit>('/api/audits/funnel', table);
