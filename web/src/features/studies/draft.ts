/** A plan while it is written: fields of a form, and the plan that they make. */

import type { StudyPlan } from '@/api/network';

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
  expected_before: string;
  expected_control: string;
  expected_dispersion: string;
}

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

export function toPlan(draft: Draft): StudyPlan {
  const chosen = draft.choice === 'because its counts were high';
  return {
    outcome: draft.outcome.trim(),
    intervention: draft.intervention.trim(),
    treated: lines(draft.treated),
    control: lines(draft.control),
    donors: lines(draft.donors),
    displacement_treated: lines(draft.displacement_treated),
    displacement_control: lines(draft.displacement_control),
    before: { start: draft.before_start, end: draft.before_end },
    after: { start: draft.after_start, end: draft.after_end },
    selected: chosen ? { start: draft.selected_start, end: draft.selected_end } : null,
    choice: draft.choice,
    test: draft.test,
    specification: draft.specification,
    expected_before: Number(draft.expected_before),
    expected_control: Number(draft.expected_control),
    expected_dispersion: Number(draft.expected_dispersion),
    span_days: SPAN_DAYS,
    level: 0.95,
  };
}
