/** Watching: several cameras at once. */
export const live = {
  'wall.title': 'All cameras',
  'wall.open': 'All at once',
  'wall.empty': 'The live pictures of your cameras will stand here side by side.',
  'wall.together': 'Pictures at once',
  'wall.all': 'All',
  'wall.before': 'Cameras before',
  'wall.after': 'Next cameras',
  'wall.keys': 'Keys: 1, 2, 4 or 0 for all; arrows for the next cameras; F for the full screen.',
} as const;
