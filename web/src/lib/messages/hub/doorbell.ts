/** The doorbell: who is at the door, and what was chosen for it. */
export const doorbell = {
  'door.title': 'Somebody is at the door',
  'door.when': '{name}, {time}',
  'door.talk': 'Talk',
  'door.talk.stop': 'Stop talking',
  'door.asking': 'Waiting for your microphone …',
  'door.calling': 'Calling the door …',
  'door.talking': 'You can be heard at the door.',
  'door.mic.insecure':
    'This browser gives a page the microphone only over https, or on the hub’s own machine as localhost. Open the hub by an https address; the guide says how.',
  'door.mic.denied':
    'The microphone is blocked for this page. Allow it in the browser’s settings for this site, then tap “Talk” again.',
  'door.mic.missing': 'This device has no microphone that could be used.',
  'door.say': 'Say at the door',
  'door.said': '“{name}” is being said.',
  'door.picture': 'Save a picture',
  'door.picture.moment': 'The moment of the ring',
  'door.silent': 'Turn the sound on',

  'doorbell.title': 'Doorbell at {name}',
  'doorbell.open': 'Doorbell',
  'doorbell.is': 'This camera has a doorbell button',
  'doorbell.is.words':
    'Cameras that tell their presses by ONVIF ring by themselves. Any other button can call the address below.',
  'doorbell.off': 'It does not ring',
  'doorbell.off.words':
    'When it does, every open page of this hub rings, and you can see, hear and answer who is there.',
  'doorbell.address': 'Address for the button',
  'doorbell.address.words':
    'A doorbell, a smart button or a home automation calls it by GET or POST when somebody presses. Whoever knows it can ring, and nothing else.',
  'doorbell.address.renew': 'Make a new address',
  'doorbell.address.renewed': 'The old address rings no more.',
  'doorbell.try': 'Ring now',
  'doorbell.try.done': 'It rang.',
  'doorbell.saved': 'Saved.',

  'replies.title': 'Quick replies',
  'replies.words': 'Short messages in your own voice. One tap says them at the door.',
  'replies.empty': 'None yet. Record “I’m on my way” or “Please leave it at the door”.',
  'replies.record': 'Record',
  'replies.recording': 'Stop ({n} s)',
  'replies.bring': 'Choose a file',
  'replies.name': 'Name',
  'replies.name.hint': 'What the button says',
  'replies.name.of': 'Name of {name}',
  'replies.rename': 'Rename',
  'replies.listen': 'Listen',
  'replies.play': 'Say it now',
  'replies.length': '{n} s',
  'replies.removed': '“{name}” is removed.',
  'replies.added': '“{name}” is ready.',

  'auto.title': 'When nobody answers',
  'auto.none': 'Say nothing',
  'auto.say': 'Say',
  'auto.after': 'After',
  'auto.after.unit': 'seconds (5 to 120)',
  'auto.bad': 'A whole number of seconds, from 5 to 120.',

  'chime.title': 'Chime',
  'chime.words':
    'An address in your home that is called at each press: a smart plug, a speaker, a home automation.',
  'chime.url': 'Address',
  'chime.url.hint': 'Like http://192.168.1.30/ring. Empty: no chime.',
  'chime.method': 'Called by',
  'chime.try': 'Ring the chime',
  'chime.last': '{time}: {message}',

  'ring.title': 'How the pages ring',
  'ring.words':
    'Every open page of this hub plays it. A browser plays sound only after a page was touched once.',
  'ring.two-tone': 'Two tones',
  'ring.bell': 'Bell',
  'ring.knock': 'Knock',
  'ring.none': 'Silent',
} as const;
