/** The operator's pages. */
export const operator = {
  'agencies.title': 'Agencies',
  'agencies.lead': 'Who may ask. Enrolling an agency is entered in the public log.',
  'agencies.empty': 'No agency yet',
  'agencies.empty.words': 'Enrol the first agency; then give its officers accounts.',
  'agencies.add': 'Enrol an agency',
  'agencies.short': 'Short name',
  'agencies.short.hint': 'Public, small letters and hyphens, like riverside-pd. It cannot be changed.',
  'agencies.name': 'Title',
  'agencies.type': 'Kind',
  'agencies.done': 'Enrolled. It stands in the public log now.',

  'accounts.title': 'Accounts',
  'accounts.lead':
    'Officers ask, reviewers decide, operators keep house. No account can see where a home is, because the network does not know.',
  'accounts.empty': 'Only you so far',
  'accounts.empty.words': 'Three reviewers and an officer make a network that can work.',
  'accounts.add': 'Add an account',
  'accounts.name': 'Name',
  'accounts.name.hint': 'For signing in; never in the public log.',
  'accounts.role': 'Role',
  'accounts.agency': 'Agency',
  'accounts.agency.none': 'Enrol an agency first.',
  'accounts.once': 'One-time password of {name}',
  'accounts.once.why':
    'It is shown this once. Hand it over yourself; it must be changed at the first sign-in.',
  'accounts.reset': 'Reset',
  'accounts.reset.title': 'Reset {name}?',
  'accounts.reset.why':
    'They get a new one-time password, their sessions end, and they enrol a new signing key. What they signed before stays valid.',
  'accounts.reset.do': 'Reset the account',
  'accounts.key': 'Key',
  'accounts.key.yes': 'enrolled',
  'accounts.key.no': 'not yet',
  'accounts.pseudonym': 'Name in the log',

  'places.title': 'Places',
  'places.lead':
    'How many dwellings each hexagon holds. Reviewers judge by it how many homes a request reaches. No camera and no home is in it.',
  'places.empty': 'No places yet',
  'places.empty.words':
    'Import a table with the columns cell (H3, resolution 9) and dwellings, for instance from a census.',
  'places.import': 'Import a table',
  'places.done.one': '{n} hexagon imported.',
  'places.done.other': '{n} hexagons imported.',
  'places.count.one': '{n} hexagon',
  'places.count.other': '{n} hexagons',
  'places.dwellings.one': '{n} dwelling',
  'places.dwellings.other': '{n} dwellings',
  'places.map': 'Map of the network’s places',
} as const;
