/** Audits of decisions: footage requests, posts, moderation; and of what detectors miss. */
export const audits = {
  'analysis.audits': 'Who is asked for, and who is heard?',
  'analysis.audits.words':
    'Footage requests by agency and by area, counted from the public log; and whose faces a detector or a blur misses.',
  'audit.title': 'Who is asked for, and who is heard?',
  'audit.lead':
    'Decisions of people, by agency and by area, each with how sure one can be. Groups of fewer than five cases are not shown. Nothing here knows a person or a household.',
  'audit.requests': 'Requests for footage',
  'audit.requests.words':
    'Of the requests that were submitted, how many were approved, how many had something shared, how much was used. Counted from the public log, so that anybody can count again; like offences are compared with like.',
  'audit.by': 'Groups',
  'audit.by.agency': 'Agencies',
  'audit.by.cell': 'Areas (hexagons of thousands of homes)',
  'audit.empty': 'Nothing to compare yet',
  'audit.empty.words':
    'It takes two groups with five requests or more. The log has {n} so far; they appear here as they are decided.',
  'audit.beside': 'Each beside {reference}, the reference; {n} cases in all.',
  'audit.counts': '{hits} of {of}, beside {other} of {all}',
  'audit.reverses': 'Within like cases the direction turns around. Look at the strata, not at the whole.',
  'audit.others': 'Posts and moderation',
  'audit.others.words':
    'This network has no posts and no moderation yet, so there is nothing of its own to audit. A table of counts from elsewhere is judged by the same code, and not kept.',
  'audit.cli': 'Operators can hand in a table here; everybody can use this command:',
  'audit.group': 'Column of the group',
  'audit.stages': 'Columns of the stages, in order',
  'audit.stages.hint': 'Separated by commas. Counts, or yes and no for each case.',
  'audit.stratum': 'Column of like cases, if there is one',
  'audit.stratum.hint': 'Such as area by hour.',
  'audit.upload': 'Judge a table',
  'audit.two': 'An audit compares two groups or more.',
  'audit.detectors': 'Faces that a detector or a blur misses',
  'audit.detectors.words':
    'One rate for everybody hides whom it fails. Published audits, judged as your own table would be. In brackets is what chance allows.',
  'audit.system': 'Published audit',
  'audit.source': 'Source: {source}.',
  'audit.misses': 'Missed faces by group',
  'audit.misses.group': 'Group',
  'audit.misses.missed': 'Missed',
  'audit.misses.share': 'Share',
  'audit.misses.of': '{missed} of {of}',
  'audit.misses.percent': '{share} % ({low} to {high} %)',
  'audit.misses.all': 'all together',
  'audit.detectors.own': 'Your own table',
  'audit.detectors.own.words':
    'CSV, a row for each group: its name, how many of its faces were missed, how many were shown. It is not kept.',
  'audit.detectors.upload': 'Judge a table of faces',
  'audit.missed': 'Column of the missed',
  'audit.shown': 'Column of all shown',
} as const;
