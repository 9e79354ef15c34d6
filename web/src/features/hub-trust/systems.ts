/** How each kind of device is told to trust a certificate; the texts are `trust.SYSTEM.1` to `.n`. */
export const systems = {
  iphone: { steps: 3, file: './ca.mobileconfig' },
  android: { steps: 3, file: './ca.crt' },
  mac: { steps: 3, file: './ca.crt' },
  windows: { steps: 3, file: './ca.crt' },
  linux: { steps: 3, file: './ca.crt' },
  firefox: { steps: 3, file: './ca.crt' },
} as const;
export type System = keyof typeof systems;

const SIGNS: readonly (readonly [RegExp, System])[] = [
  [/iPhone|iPad/, 'iphone'],
  [/Android/, 'android'],
  [/Firefox/, 'firefox'],
  [/Mac OS/, 'mac'],
  [/Windows/, 'windows'],
];

/** The kind of device that this browser runs on. An iPad says it is a Mac, but one that is touched. */
export function system(agent: string, touched = false): System {
  const found = SIGNS.find(([sign]) => sign.test(agent))?.[1] ?? 'linux';
  return found === 'mac' && touched ? 'iphone' : found;
}
