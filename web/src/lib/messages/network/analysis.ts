/** What everybody may ask of the numbers: claims, studies of effects, audits. */
export const analysis = {
  'nav.analysis': 'Analysis',
  'analysis.title': 'What do the numbers say?',
  'analysis.lead':
    'Did the cameras do anything? Are some people asked for more than others? Here anybody can find out, with how sure one can be. Where one cannot tell, it says so.',
  'analysis.map': 'Theft map',
  'analysis.map.words':
    'Where residents reported thefts: rate and plain count by hexagon, and how sure it is; who was given it.',
  'analysis.claim': 'What would 55\u00a0% have needed?',
  'analysis.claim.words':
    'A maker said that its doorbells cut break-ins by 55 %. Move the sliders and see what it takes to know such a thing.',
  'analysis.urn': 'The map that believes itself',
  'analysis.urn.words':
    'Send patrols where the map says, put what they find on the map, and repeat. Two districts, a thousand days.',

  'claim.title': 'What would 55\u00a0% have needed?',
  'claim.lead':
    'In 2015 doorbells went up in Wilshire Park, Los Angeles; break-ins were said to fall by 55 %. Small numbers fall and rise by themselves. Try what it takes to tell one from the other.',
  'claim.ask': 'Suppose',
  'claim.before': 'Break-ins in the area, per period',
  'claim.before.hint': 'As many as are expected in six months, say, before anything is done.',
  'claim.drop': 'The drop that is claimed',
  'claim.controls': 'Like areas to compare with',
  'claim.controls.hint': 'Each of the same size, and nothing done there.',
  'claim.worst': 'How the area was picked',
  'claim.worst.none': 'not for its counts',
  'claim.worst.words': 'worst of {n}',
  'claim.worst.hint':
    'Who starts where it is worst starts on a chance peak, too. Areas are taken to differ as much as chance makes them.',
  'claim.best': 'What was told',
  'claim.best.none': 'the only trial',
  'claim.best.words': 'best of {n} trials',
  'claim.best.hint': 'Trials that went less well are not in the advertisement.',
  'claim.needed': 'The smallest drop that could be seen',
  'claim.needed.none': 'None: too few break-ins',
  'claim.needed.some': '{n} %',
  'claim.power':
    'A fall from {before} to {after} ({drop} %) that truly comes from the cameras would show in {often} of such studies. Eight in ten is the custom.',
  'claim.curve.x': 'break-ins per period',
  'claim.curve.seen': 'can be seen',
  'claim.curve.unseen': 'lost in chance',
  'claim.curve.words':
    'Smallest drop that is seen in 8 of 10 studies, by break-ins per period: {list}. The claim stands at {before} break-ins and {drop} %.',
  'claim.chance': 'How often chance alone does it',
  'claim.chance.words': 'of such areas fall by {drop} % or more with nothing done at all.',
  'claim.chance.words.best':
    'is the chance that the best of {n} such areas falls by {drop} % or more with nothing done at all.',
  'claim.hundred': '{n} of 100 areas filled: {words}',
  'claim.selection':
    'And the worst of {n} like areas falls by {drop} % on average all by itself: it was picked on a chance peak.',
  'claim.verdict': 'What could be said then',
  'claim.verdict.kind':
    'The kindest case for the claim: nothing changed anywhere else, and counts vary by pure chance alone. Real counts vary more.',
  'claim.urn': 'And what of maps that send patrols? The lesson of the two districts',

  'wilshire.title': 'What is known of Wilshire Park',
  'wilshire.none':
    'The monthly counts of break-ins were never published, as far as could be found. So nobody can check the claim, and no number in the sliders above is theirs.',
  'wilshire.claim':
    'The police and the maker said that burglaries fell “by as much as 55 %”, with doorbells on “just 10 % of homes”.',
  'wilshire.claim.source': 'MIT Technology Review, 19 October 2018',
  'wilshire.devices':
    'About 40 doorbells were put up. The maker did not say where, so nobody could compare their streets with others.',
  'wilshire.devices.source': 'MIT Technology Review 2018, as quoted in 2024 by D. Trott; read second-hand',
  'wilshire.year':
    'Counted by the magazine, the drop was 42 % over ten months. In 2017 the area had its most burglaries in seven years.',
  'wilshire.year.source': 'MIT Technology Review 2018 and CNET 2020; read second-hand',
  'wilshire.doubt':
    'A criminologist at the University of Pennsylvania did not see the decrease, and said that the sample is too small.',
  'wilshire.doubt.source': 'MIT Technology Review 2018; read second-hand',
  'wilshire.second':
    'A second trial claimed 21 %. The residents’ association says that the three districts concerned rose together.',
  'wilshire.second.source': 'MIT Technology Review 2018; read second-hand',
  'wilshire.cnet':
    'Twelve months before and after in Green Bay, Aurora and Fort Lauderdale: hardly any difference.',
  'wilshire.cnet.source': 'CNET 2020; read second-hand',
  'wilshire.nbc':
    'Of 40 police agencies that were asked, 13 had made no arrest with such footage, and none measured whether it works.',
  'wilshire.nbc.source': 'NBC News 2020; read second-hand',
  'wilshire.prior':
    'Forty years of studies of street cameras find “a significant and modest decrease” in crime, most in car parks. 55 % would stand far outside.',
  'wilshire.prior.source':
    'Piza, Welsh, Farrington and Thomas 2019, CCTV surveillance for crime prevention, Criminology and Public Policy 18',

  'urn.title': 'The map that believes itself',
  'urn.lead':
    'Each morning a patrol goes to one of two districts, more often to the one with more incidents on the map. What it finds there goes on the map. After a thousand days, what does the map say?',
  'urn.ask': 'How much truly happens',
  'urn.first': 'In the first district',
  'urn.second': 'In the second',
  'urn.rate': '{n} a day',
  'urn.naive': 'A map of what patrols find',
  'urn.naive.words':
    'Truly {share} % happen in the first district. Of {runs} towns that start alike, {beyond} end with nearly everything (over 95 %) on one side, and chance decides on which.',
  'urn.corrected': 'The same, corrected for the visits',
  'urn.corrected.words':
    'Each find counts less, the likelier the visit was. Nine of ten towns end with {low} to {high} %: around the truth.',
  'urn.bars':
    '{runs} towns: the first district ends with {mean} % on average, nine of ten with {low} to {high} %; the truth is {share} %.',
  'urn.truth': 'truth {share} %',
  'urn.axis': 'what the map gives to the first district',
  'urn.source':
    '{runs} towns, {days} days each, one ball for each district at the start, one in a hundred forgotten each day. The urn of Ensign, Friedler, Neville, Scheidegger and Venkatasubramanian 2018, Runaway feedback loops in predictive policing.',
  'urn.so':
    'This is why no map here takes what police found by looking: only what residents reported, with how much of it is chance.',
} as const;
