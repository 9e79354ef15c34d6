/** Areas of a camera's picture: privacy masks and motion zones. */
export const areas = {
  'areas.title': 'Areas of {name}',
  'areas.open': 'Areas',
  'areas.masks': 'Privacy masks',
  'areas.masks.words':
    'What lies under a mask is painted over, for good, in every clip that leaves this home. Your own recordings stay whole and stay here.',
  'areas.masks.saved.one': '{n} mask is saved. It hides in every clip that leaves from now on.',
  'areas.masks.saved.other': '{n} masks are saved. They hide in every clip that leaves from now on.',
  'areas.masks.none': 'No mask holds now. Clips filmed while one did are still masked when they leave.',
  'areas.unsaved': 'Not saved yet.',
  'areas.nopicture':
    'There is no picture of this camera yet. You can draw, but you can’t see what you cover.',

  'regions.picture': 'Picture of {name}, to draw on',
  'regions.draw': 'Draw',
  'regions.rectangle': 'Rectangle',
  'regions.finish': 'Finish',
  'regions.undo': 'Undo',
  'regions.empty': 'Nothing is marked',
  'regions.hint.start': 'Tap “Draw”, then tap around what you mean, corner by corner.',
  'regions.hint.draw': 'Tap each corner. Finish at the first corner or with Enter.',
  'regions.hint.some': 'Drag a corner or the whole area. A small dot makes a new corner.',
  'regions.hint.keys': 'Arrow keys move, with Shift further; Delete removes; Ctrl+Z undoes.',
  'regions.name': 'Name of area {n}',
  'regions.name.new': 'Area {n}',
  'regions.corner': 'Corner {n} of {of}, {name}',
  'regions.side': 'New corner after corner {n}, {name}',
  'regions.whole': '{name}, the whole area',
  'regions.remove': 'Remove {name}',
  'regions.full': 'There are {n} areas; more are not possible.',
} as const;
