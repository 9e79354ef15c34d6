import { get, post } from '@/api/client';
import type { Account, Agency, MadeAccount, OneTimePassword, PlaceCell, Places, Role } from '@/api/network';

export const AGENCY_TYPES = ['local-police', 'sheriff', 'fire', 'missing-person-unit'] as const;

export interface AccountForm {
  name: string;
  role: Role;
  agency?: string;
}

export const agencies = () => get<Agency[]>('/api/agencies');
export const addAgency = (agency: Agency) => post<Agency>('/api/agencies', agency);
export const accounts = () => get<Account[]>('/api/accounts');
export const addAccount = (form: AccountForm) => post<MadeAccount>('/api/accounts', form);
/** A new one-time password, and room for a new signing key. */
export const resetAccount = (id: string) =>
  post<OneTimePassword>(`/api/accounts/${encodeURIComponent(id)}/reset`, { key: true });
export const places = () => get<Places>('/api/places');
export const importPlaces = (cells: PlaceCell[]) => post<unknown>('/api/places', { places: cells });
