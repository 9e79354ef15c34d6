import { del, get, post, put } from '@/api/client';
import type { Camera, Devices, Invitation, LetIn, Member, MemberForm, Program, ProgramForm } from '@/api/hub';

export const members = () => get<Member[]>('/api/members');
export const invite = (form: MemberForm) => post<Invitation>('/api/members', form);
export const inviteAgain = (member: string) => post<Invitation>(`/api/members/${member}/invitation`);
export const remove = (member: string) => del<unknown>(`/api/members/${member}`);
export const cameras = () => get<Camera[]>('/api/cameras');
export const giveCameras = (member: string, chosen: string[] | null) =>
  put<unknown>(`/api/members/${member}/cameras`, { cameras: chosen });
export const devices = () => get<Devices>('/api/devices');
export const endDevice = (device: string) => del<unknown>(`/api/devices/${device}`);
export const programs = () => get<Program[]>('/api/programs');
export const letIn = (form: ProgramForm) => post<LetIn>('/api/programs', form);
export const endProgram = (program: string) => del<unknown>(`/api/programs/${program}`);
export const changePassword = (old: string, next: string) =>
  post<unknown>('/api/session/password', { old, new: next });
