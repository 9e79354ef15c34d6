/** What is hidden in a clip before it is shared. */
export const hiding = {
  'hiding.nothing': 'Nothing is hidden in it.',
  'hiding.masks.one': '{n} privacy mask',
  'hiding.masks.other': '{n} privacy masks',
  'hiding.regions.one': '{n} drawn area',
  'hiding.regions.other': '{n} drawn areas',
  'hiding.faces': 'faces that are found',
  'hiding.hides': 'Painted over: {what}.',
  'hiding.unprepared': 'Prepare it to see what would leave.',
  'hiding.waiting': 'Waits its turn …',
  'hiding.looking': 'Preparing …',
  'hiding.stop': 'Stop',
  'hiding.failed': 'It could not be prepared',
  'hiding.version': 'Which version to play',
  'hiding.version.leaves': 'As it leaves',
  'hiding.version.recorded': 'As recorded',
  'hiding.more': 'Hide more',
  'hiding.more.in': 'Hide more in the clip of {name}',
  'hiding.more.title': 'Hide more in this clip',
  'hiding.more.faces': 'Paint over faces',
  'hiding.more.faces.words':
    'A program looks for them, here, and misses some: small, turned away, in the dark. Look before you share. It takes a while.',
  'hiding.more.faces.missing':
    'Needs an extra part of the hub: pip install "latchstring[redaction]", then start it again.',
  'hiding.more.draw': 'Areas to paint over',
  'hiding.more.draw.words':
    'They stay where they are for the whole clip. Number plates are not looked for: draw over where they pass.',
  'hiding.more.save': 'Hide these',
  'hiding.leaves':
    'The ticked clips as you see them here, without sound and sealed, so that only this agency’s case key opens them. What is painted over stays at home, and so do the originals.',
  'hiding.prepare.one': 'Prepare this clip',
  'hiding.prepare.other': 'Prepare {n} clips',
  'hiding.preparing': 'Preparing …',
} as const;
