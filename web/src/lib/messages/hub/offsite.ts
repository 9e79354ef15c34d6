/** Sealed copies away from home. */
export const offsite = {
  'offsite.title': 'Copies away from home',
  'offsite.words':
    'If this box is stolen or breaks, every event is still there: sealed to your household, so the place that keeps it sees nothing. Your recovery code brings it back.',
  'offsite.off': 'No copies are made.',
  'offsite.choose': 'Choose a place',
  'offsite.change': 'Change',
  'offsite.url': 'Place',
  'offsite.url.hint': 's3://bucket/folder, gs://…, az://… or file:///a/mounted/disk',
  'offsite.options': 'Options of the store',
  'offsite.options.hint': 'One a line, like access_key_id=… They are kept here and not shown again.',
  'offsite.options.kept': 'Leave it empty to keep: {names}',
  'offsite.options.other':
    'This is another store, so it gets none of the options that are kept here. Type its own, one a line.',
  'offsite.options.none': 'A folder needs none.',
  'offsite.keep': 'Keep for so many days',
  'offsite.try': 'Try it and copy from now on',
  'offsite.stop': 'Stop copying',
  'offsite.stopped': 'No more copies are made. Those that are there are deleted when their time is up.',
  'offsite.chosen': 'The place works. Events are copied from now on.',
  'offsite.place': 'Goes to',
  'offsite.there': 'There now',
  'offsite.waiting': 'Waiting',
  'offsite.last': 'Last copy',
  'offsite.never': 'none yet',
  'offsite.there.one': '{n} copy, {size}',
  'offsite.there.other': '{n} copies, {size}',
  'offsite.waiting.one': '{n} event',
  'offsite.waiting.other': '{n} events',
  'offsite.before': 'Before, copies went to {url}',
  'offsite.before.one':
    '{n} copy is still there, {size}. It is deleted when its time is up, by {day}. Until then this hub keeps the options of that place.',
  'offsite.before.other':
    '{n} copies are still there, {size}. Each is deleted when its time is up, the last by {day}. Until then this hub keeps the options of that place.',
  'offsite.before.trouble': 'Not deleted yet: {why}',
  'offsite.forget': 'Leave them there',
  'offsite.forget.title': 'Leave these copies there?',
  'offsite.forget.words':
    'This hub forgets {url} and its options, and never deletes what is there. Sealed as they are, only your recovery code opens the copies.',
  'offsite.forgotten': 'They stay there. This hub no longer knows the place.',
} as const;
