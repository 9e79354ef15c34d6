export interface Toast {
  id: number;
  text: string;
  undo: (() => void) | undefined;
}

const SHOWN_MS = 6_000;
const SHOWN_WITH_UNDO_MS = 12_000;
let next = 1;
let shown: Toast[] = $state([]);

export const toasts = {
  get shown(): readonly Toast[] {
    return shown;
  },
};

/** Say that something happened; with `undo`, it can be taken back for a while. */
export function toast(text: string, undo?: () => void): void {
  const id = next++;
  shown = [...shown, { id, text, undo }];
  setTimeout(() => dismiss(id), undo ? SHOWN_WITH_UNDO_MS : SHOWN_MS);
}

export function dismiss(id: number): void {
  shown = shown.filter((one) => one.id !== id);
}
