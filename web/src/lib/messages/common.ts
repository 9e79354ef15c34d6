import { texts } from './texts';

/** What both apps say. Each app's catalogue begins with these. */
export const common = {
  close: 'Close',
  cancel: 'Cancel',
  undo: 'Undo',
  save: 'Save',
  copy: 'Copy',
  copied: 'Copied',
  print: 'Print',
  remove: 'Remove',
  back: 'Back',
  again: 'Try again',
  loading: 'Loading …',
  skip: 'Skip to the content',
  nav: 'Main pages',
  'nav.waiting': 'waiting',
  'zone.local': 'Times are local. Show UTC',
  'zone.utc': 'Times are UTC. Show local',
  'step.ok': 'held',
  'step.doing': 'being checked',
  'step.todo': 'not yet checked',
  'step.failed': 'did not hold',
  'failed.offline': 'There was no answer. Is the machine on, and are you on the same network?',
  'failed.broken': 'The answer could not be read. Please try again.',
  'failed.server': 'Something went wrong there. Please try again.',
  'ago.now': 'just now',
  'ago.seconds.one': '{n} second ago',
  'ago.seconds.other': '{n} seconds ago',
  'ago.minutes.one': '{n} minute ago',
  'ago.minutes.other': '{n} minutes ago',
  'ago.hours.one': '{n} hour ago',
  'ago.hours.other': '{n} hours ago',
  'ago.days.one': '{n} day ago',
  'ago.days.other': '{n} days ago',
} as const;

export const t = texts(common);
