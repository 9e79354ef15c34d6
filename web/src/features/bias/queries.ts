import { get, post } from '@/api/client';
import type { BiasAudit, DetectorAudit, PublishedAudit } from '@/api/network';

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

export const publishedDetectors = () => get<PublishedAudit[]>('/api/audits/detectors');

export interface MissedTable {
  table: string;
  group: string;
  missed: string;
  of: string;
}
/** Judge what a detector missed; the table is not kept. */
export const auditDetector = (table: MissedTable) => post<DetectorAudit>('/api/audits/detector', table);
