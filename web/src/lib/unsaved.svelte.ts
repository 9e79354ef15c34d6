/** Something on a page that is not saved yet. */
export interface Change {
  /** Whether it is saved now; if not, the page says why. */
  save: () => Promise<boolean>;
}

let changes: Change[] = [];
let onward: (() => void) | undefined = $state.raw();

export const isUnsaved = () => changes.length > 0;

/** Whether somebody is being asked what is to become of what they changed. */
export const isAsked = () => onward !== undefined;

/** Do this now or, where a change would be lost by it, once it is decided what becomes of that. */
export function leave(act: () => void): void {
  if (isUnsaved()) onward = act;
  else act();
}

/** From now on nobody leaves without being asked; call what is answered when it is saved or taken back. */
export function hold(change: Change): () => void {
  changes.push(change);
  addEventListener('beforeunload', warn);
  return () => {
    changes = changes.filter((each) => each !== change);
    if (!isUnsaved()) removeEventListener('beforeunload', warn);
  };
}

export function stay(): void {
  onward = undefined;
}

/** What was not saved is lost. */
export function goOn(): void {
  const act = onward;
  onward = undefined;
  changes = [];
  removeEventListener('beforeunload', warn);
  act?.();
}

/** Everything, one after the other; what could not be saved keeps people here. */
export async function saveAndGoOn(): Promise<void> {
  for (const change of [...changes]) {
    if (!(await change.save())) {
      stay();
      return;
    }
  }
  goOn();
}

/** The browser asks in its own words before it closes the page or opens another one. */
function warn(event: BeforeUnloadEvent) {
  event.preventDefault();
}
