/** The hub's answers by the names that its pages use; the shapes are generated from its OpenAPI document. */
import type { components } from './hub.gen';

type Schemas = components['schemas'];

export type Span = Schemas['Span'];
export type SetupState = Schemas['SetupState'];
export type SetupAnswer = Schemas['SetupAnswer'];
export type SetupForm = Schemas['SetupForm'];
export type Session = Schemas['SessionState'];
export type Place = Schemas['Place'];

export type Role = Schemas['SessionState']['role'];
export type Member = Schemas['ShownMember'];
export type MemberForm = Schemas['MemberForm'];
export type Invitation = Schemas['Invitation'];
export type Devices = Schemas['Devices'];
export type Program = Schemas['ShownProgram'];
export type ProgramForm = Schemas['ProgramForm'];
export type LetIn = Schemas['LetIn'];

export type Camera = Schemas['ShownCamera'];
export type CameraForm = Schemas['CameraForm'];
export type CameraTest = Schemas['TestAnswer'];

export type CameraSearch = Schemas['ShownSearch'];
export type FoundCamera = Schemas['FoundDevice'];
export type CameraStream = Schemas['ShownStream'];
export type AskedCamera = Schemas['AskedCamera'];
export type AddFoundCamera = Schemas['AddForm'];
export type CameraOnvif = Schemas['ShownOnvif'];

export type Masks = Schemas['Masks'];
export type Motion = Schemas['Motion'];

export type Doorbell = Schemas['ShownDoorbell'];
export type DoorbellForm = Schemas['DoorbellForm'];
export type Chimed = Schemas['ShownChimed'];
export type AtTheDoor = Schemas['AtTheDoor'];
export type QuickReply = Schemas['ShownReply'];
export type Ringing = Schemas['Ringing'];
export type RingSound = Ringing['sound'];

export type MotionEvent = Schemas['MotionEvent'];
export type EventCount = Schemas['EventCount'];
export type Heat = Schemas['Heat'];
export type Timeline = Schemas['Timeline'];
export type Part = Schemas['Part'];

export type InboxItem = Schemas['ShownRequest'];
export type MatchingClip = Schemas['OfferedClip'];
export type Hiding = Schemas['ShownHiding'];
export type ShareAnswer = Schemas['AnswerState'];
/** GeoJSON (RFC 7946), one ring. */
export interface Polygon {
  type: 'Polygon';
  coordinates: [number, number][][];
}

export type Notifications = Schemas['Notifications'];
export type NotifyRules = Schemas['NotifyRules'];
export type Channel = Schemas['ShownChannel'];
export type Went = Schemas['ShownWent'];
export type Subject = Schemas['Switch']['subject'];
export type AddedWebhook = Schemas['AddedWebhook'];
export type NoticeTold = Schemas['ShownNotice'];

export type NetworkSettings = Schemas['ShownNetwork'];
export type Settings = Schemas['ShownSettings'];
export type KeepRule = Schemas['KeepRule'];
export type CameraStorage = Schemas['CameraStorage'];
export type StorageStatus = Schemas['StorageStatus'];
export type SettingsForm = Schemas['SettingsForm'];
export type Status = Schemas['Status'];
export type Diagnostics = Schemas['Diagnostics'];

export type Trust = Schemas['Trust'];

export type Offsite = Schemas['Offsite'];
export type PlaceBefore = Schemas['ShownBefore'];
export type OffsiteForm = Schemas['TargetForm'];
