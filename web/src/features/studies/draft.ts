/** A plan while it is written: fields of a form, and the plan that they make. */

import type { StudyPlan, StudyWindow } from '@/api/network';

export interface Draft {
  outcome: string;
  intervention: string;
  treated: string;
  control: string;
  donors: string;
  displacement_treated: string;
  displacement_control: string;
  before_start: string;
  before_end: string;
  after_start: string;
  after_end: string;
  choice: StudyPlan['choice'];
  selected_start: string;
  selected_end: string;
  test: StudyPlan['test'];
  specification: StudyPlan['specification'];
  met: Met;
  expected_before: string;
  expected_control: string;
  expected_dispersion: string;
}

/** What a synthetic control meets before: each span, or the mean of so many parts of the window. */
export type Met = 'spans' | '1' | '2' | '4';
export type AreaRole = 'treated' | 'control' | 'donors';

/** Whether spans are compared with those of donors alone. */
export const isOfPanel = (specification: StudyPlan['specification']): boolean =>
  specification === 'synthetic control' || specification === 'difference in differences';

const SPAN_DAYS = 28;
const SPANS = 13;
const DAY_MS = 86_400_000;

/** Thirteen spans of four weeks before today, and thirteen from today on. */
export function blank(today: Date): Draft {
  const day = (shift: number) => new Date(today.getTime() + shift * DAY_MS).toISOString().slice(0, 10);
  const length = SPAN_DAYS * SPANS;
  return {
    outcome: 'break-ins',
    intervention: 'the cameras',
    treated: '',
    control: '',
    donors: '',
    displacement_treated: '',
    displacement_control: '',
    before_start: day(-length),
    before_end: day(0),
    after_start: day(0),
    after_end: day(length),
    choice: 'for another reason',
    selected_start: day(-length),
    selected_end: day(0),
    test: 'rank among areas where nothing is done',
    specification: 'weighted displacement difference',
    met: 'spans',
    expected_before: '',
    expected_control: '',
    expected_dispersion: '1.5',
  };
}

/** One area a line. */
export const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);

/** The lists after a hexagon was picked for one of them: it leaves every list, and enters that one if it was not in it. */
export function picked(draft: Draft, cell: string, role: AreaRole): Record<AreaRole, string> {
  const list = (each: AreaRole) => {
    const others = lines(draft[each]).filter((area) => area !== cell);
    const enters = each === role && !lines(draft[each]).includes(cell);
    return (enters ? [...others, cell] : others).join('\n');
  };
  return { treated: list('treated'), control: list('control'), donors: list('donors') };
}

/** The window in so many parts of whole spans; the first ones are a span longer where they cannot be alike. */
export function partsOf(window: StudyWindow, parts: number): StudyWindow[] {
  const first = Date.parse(window.start);
  const spans = Math.floor((Date.parse(window.end) - first) / (SPAN_DAYS * DAY_MS));
  const edge = (i: number) => {
    const days = SPAN_DAYS * Math.ceil((i * spans) / parts);
    return new Date(first + days * DAY_MS).toISOString().slice(0, 10);
  };
  return Array.from({ length: Math.min(parts, spans) }, (_, i) => ({ start: edge(i), end: edge(i + 1) }));
}

export function toPlan(draft: Draft): StudyPlan {
  const chosen = draft.choice === 'because its counts were high';
  const panel = isOfPanel(draft.specification);
  const before = { start: draft.before_start, end: draft.before_end };
  const mixes = draft.specification === 'synthetic control' && draft.met !== 'spans';
  return {
    outcome: draft.outcome.trim(),
    intervention: draft.intervention.trim(),
    treated: lines(draft.treated),
    control: panel ? [] : lines(draft.control),
    donors: lines(draft.donors),
    displacement_treated: panel ? [] : lines(draft.displacement_treated),
    displacement_control: panel ? [] : lines(draft.displacement_control),
    ...(mixes && { predictors: partsOf(before, Number(draft.met)) }),
    before,
    after: { start: draft.after_start, end: draft.after_end },
    selected: chosen ? { start: draft.selected_start, end: draft.selected_end } : null,
    choice: draft.choice,
    test: panel ? 'rank among areas where nothing is done' : draft.test,
    specification: draft.specification,
    expected_before: Number(draft.expected_before),
    expected_control: Number(draft.expected_control),
    expected_dispersion: Number(draft.expected_dispersion),
    span_days: SPAN_DAYS,
    level: 0.95,
  };
}
