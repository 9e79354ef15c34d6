/** What the network's API answers, by the names that the pages use. */

import type { GeoPolygon } from '@/lib/area';
import type { EnvelopeJson } from '@/lib/dsse';
import type { components } from './network.gen';

type Shapes = components['schemas'];

export type { EnvelopeJson };
export type Account = Shapes['AccountShape'];
export type Role = Account['role'];
export type Session = Shapes['SessionShape'];
export type NetworkInfo = Shapes['NetworkShape'];
export type Agency = Shapes['AgencyShape'];
export type MadeAccount = Shapes['MadeAccount'];
export type OneTimePassword = Shapes['OneTimePassword'];
export type PlaceCell = Shapes['PlaceShape'];
export type Places = Shapes['PlacesShape'];
export type BrokenRule = Shapes['BrokenRuleShape'];
export type Checked = Shapes['CheckedShape'];
export type Prepared = Shapes['Prepared'];
export type Disclosure = Shapes['DisclosureShape'];
export type RequestSummary = Shapes['RequestSummary'];
export type RequestState = RequestSummary['state'];
export type BiasAudit = Shapes['AuditShape'];
export type DetectorAudit = Shapes['DetectorShape'];
export type PublishedAudit = Shapes['PublishedShape'];
export type WeighedClaim = Shapes['ClaimShape'];
export type Smallest = Shapes['SmallestShape'];
export type Lesson = Shapes['LessonShape'];
export type Urns = Shapes['UrnShape'];
export type LoggedEntry = Omit<Shapes['LogEntry'], 'entry'> & { entry: LogEntry };
export type LogPage = Omit<Shapes['LogPage'], 'entries'> & { entries: LoggedEntry[] };

export type IncidentReport = Shapes['IncidentReport'];
export type IncidentKind = IncidentReport['kind'];
export type WaitingReport = Shapes['WaitingReport'];
export type TakenIn = Shapes['TakenInShape'];
export type Ground = Shapes['GroundShape'];
export type MapPlan = Shapes['MapPlan'];
export type MapSummary = Shapes['MapSummary'];
export type MapWish = Shapes['MapWish'];
export type Release = Shapes['ReleaseShape'];
export type GateAnswer = Shapes['GateAnswer'];

/** A hexagon of a published map; where `held_back` says why, nothing else is told. */
export interface TheftCell {
  cell: string;
  dwellings: number;
  held_back: '' | 'few-events' | 'few-homes';
  events?: number;
  rate?: number;
  rate_interval?: [low: number, high: number];
  certainty?: number;
  likely?: [low: number, high: number];
}

/** A published map, as its file says it. */
export interface TheftMap {
  id: string;
  at: string;
  area: string[];
  from: string;
  to: string;
  kinds: string[];
  resolution: 8 | 9;
  enough: boolean;
  events: number;
  events_interval: [low: number, high: number];
  dwellings: number;
  epsilon: number;
  reported: [low: number, high: number];
  cells: TheftCell[];
}

export type Verdict = 'for' | 'against';

/** Whole days, [start, end). */
export interface StudyWindow {
  start: string;
  end: string;
}

/** A plan of an impact study as `to_json` of `latchstring.analysis.impact.plan` writes it. */
export interface StudyPlan {
  outcome: string;
  intervention: string;
  treated: string[];
  control: string[];
  donors: string[];
  displacement_treated: string[];
  displacement_control: string[];
  before: StudyWindow;
  after: StudyWindow;
  selected: StudyWindow | null;
  choice: 'by lot' | 'because its counts were high' | 'for another reason';
  test: 'rank among areas where nothing is done' | "dispersion of the areas' own counts";
  specification:
    'weighted displacement difference' | 'rate ratio' | 'difference in differences' | 'synthetic control';
  predictors?: StudyWindow[];
  expected_before: number;
  expected_control: number;
  expected_dispersion: number;
  span_days: number;
  level: number;
}

/** Low and high; null where there is no limit. */
export type Between = [low: number | null, high: number | null];

/** In incidents, as a ratio, or in incidents for each span. */
export type StudyEstimate = { interval: Between } & (
  | { wdd: number }
  | { ratio: number }
  | { estimate: number; measured: number; expected: number }
  | {
      gap: number;
      weights: Record<string, number>;
      measured: number[];
      expected: number[];
      ratios: Record<string, number>;
    }
);

/** What a study found, as far as the pages show it. */
export interface StudyResult {
  verdict: { finding: string; text: string };
  estimate: StudyEstimate;
  rank: { rank: number; of: number } | null;
  deviations: string[];
  unused: number;
}
export type CheckedPlan = Shapes['PlanChecked'];
export type StudySummary = Shapes['StudySummary'];
export type StudyDetail = Omit<Shapes['StudyDetail'], 'plan' | 'result'> & {
  plan: StudyPlan;
  result: StudyResult | null;
};

export interface Window {
  start: string;
  end: string;
}

/** The policy's numbers, by their names in the policy file. */
export type Limits = Record<
  | 'min_minutes'
  | 'max_minutes'
  | 'max_minutes_wide'
  | 'min_square_miles'
  | 'max_square_miles'
  | 'max_square_miles_wide'
  | 'max_aspect'
  | 'max_expiry_days',
  number
>;
export type Policy = Omit<Shapes['PolicyShape'], 'limits' | 'reasons'> & {
  limits: Limits;
  reasons: Record<Verdict, string[]>;
};

/** A request while it is drawn: the statement's field names, and the case reference in the clear. */
export interface Draft {
  case_reference?: string;
  offence?: string;
  incident_cell?: string;
  area?: GeoPolygon;
  window?: Window;
  template?: string;
  recipient?: string;
  expires_at?: string;
}

/** The signed statement, read. */
export interface Statement {
  id: string;
  offence: string;
  incident_cell: string;
  area: GeoPolygon;
  window: Window;
  text: string;
  recipient: string;
  post_number: number;
  expires_at: string;
}

/** An entry of the ledger, read; its fields depend on its kind. */
export interface LogEntry {
  kind: string;
  at: string;
  [field: string]: unknown;
}

interface Read {
  statement: Statement;
  /** What the log says, oldest first; `index` is null until a checkpoint covers it. */
  timeline: { index: number | null; entry: LogEntry }[];
}
export type RequestDetail = Omit<Shapes['RequestDetail'], keyof Read> & Read;
export type Review = Omit<Shapes['ReviewItem'], keyof Read> & Read;
