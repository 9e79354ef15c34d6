/** Trusting this hub on a phone or computer. */
export const trust = {
  'trust.title': 'Trust your hub',
  'trust.nothing': 'This hub has no certificate authority of its own that devices would have to trust.',
  'trust.lead':
    'Once on each phone and computer. Notifications, talking at the door and the app on your home screen need it.',
  'trust.done': 'This device trusts your hub.',
  'trust.open': 'Open the hub',
  'trust.get': 'Get the certificate',
  'trust.get.profile': 'Get the profile',
  'trust.waits': 'Then come back here: the page goes on by itself.',
  'trust.uncovered':
    'The hub does not know the address {host} as its own. Add it to “names” in its settings and start it again.',
  'trust.compare': 'Compare before you trust',
  'trust.compare.words':
    'The certificate is called “{name}”. Its SHA-256 fingerprint stands here, and where the hub was started. Both must be the same.',
  'trust.other': 'Another device',
  'trust.other.words': 'On a phone in your Wi-Fi, point the camera here, or open',
  'trust.without': 'It can wait: the hub opens without, after a warning of the browser.',
  'trust.without.open': 'Open it anyway',

  'trust.iphone': 'On an iPhone or iPad',
  'trust.iphone.1': 'In Safari, load the profile and allow it.',
  'trust.iphone.2': 'Open Settings, tap “Profile Downloaded”, then “Install”.',
  'trust.iphone.3': 'In Settings → General → About → Certificate Trust Settings, switch it on.',
  'trust.android': 'On Android',
  'trust.android.1': 'Load the certificate.',
  'trust.android.2': 'Open Settings, search for “CA certificate”, choose it, and “Install anyway”.',
  'trust.android.3': 'Choose the file latchstring-ca.crt. It works in Chrome, and in apps made from it.',
  'trust.mac': 'On a Mac',
  'trust.mac.1': 'Load the certificate and open it. Keychain Access asks; choose “login”.',
  'trust.mac.2': 'In Keychain Access, open it by a double click, then Trust → “Always Trust”.',
  'trust.mac.3': 'Start the browser again.',
  'trust.windows': 'On Windows',
  'trust.windows.1': 'Load the certificate and open it. Choose “Install Certificate”, “Current User”.',
  'trust.windows.2':
    'Choose “Place all certificates in the following store”: Trusted Root Certification Authorities.',
  'trust.windows.3': 'Say yes, and start the browser again.',
  'trust.linux': 'On Linux, in Chrome',
  'trust.linux.1': 'Load the certificate.',
  'trust.linux.2': 'Open chrome://certificate-manager, then “Installed by you”.',
  'trust.linux.3': 'Under “Trusted certificates” import the file latchstring-ca.crt.',
  'trust.firefox': 'In Firefox, on any computer',
  'trust.firefox.1': 'Load the certificate. If Firefox asks what for, tick “identify websites”: done.',
  'trust.firefox.2': 'Otherwise: Settings → Privacy & Security → View Certificates → Authorities → Import.',
  'trust.firefox.3': 'Choose the file latchstring-ca.crt and tick “identify websites”.',

  'trust.devices': 'Phones and computers',
  'trust.devices.words': 'Open this hub on another device, safely: scan a code there and follow a few steps.',
  'trust.devices.open': 'Add a phone or computer',
  'trust.devices.alone':
    'So far only this machine reaches the hub. Start it with --host 0.0.0.0, and phones and computers at home can, too.',
} as const;
