/** Paths in a 24 by 24 box. */
export const ICONS = {
  home: 'M4 20V10l8-6 8 6v10zM10 20v-6h4v6',
  log: 'M5 4h14v16H5zM8 9h8M8 13h8M8 17h5',
  key: 'M8 15a4 4 0 1 1 3.5-2L20 13v4h-3v-2h-2v-2',
  area: 'M12 3l8 4.5v9L12 21l-8-4.5v-9z',
  map: 'M3 6l6-2 6 2 6-2v14l-6 2-6-2-6 2zM9 4v14M15 6v14',
  vote: 'M4 12h16v8H4zM8 12V6l4-3 4 3v6M9.5 8.5l2 2 3-4',
  done: 'M5 13l4.5 4.5L19 7',
  agency: 'M4 20h16M6 20V9l6-5 6 5v11M10 20v-5h4v5',
  analysis: 'M4 4v16h16M8 16v-5M13 16V8M18 16v-3',
  people:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3 20c0-4 3-6 6-6s6 2 6 6M16 5a3 3 0 0 1 0 6M18 14c2 .5 3 2.5 3 5',
};
