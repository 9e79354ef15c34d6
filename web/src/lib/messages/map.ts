import { texts } from './texts';

/** What maps say, in both apps. */
export const map = {
  map: 'map',
  'map.closer': 'Closer',
  'map.farther': 'Farther',
  'map.whole': 'Show everything',
  'map.corner': 'Corner {n}; arrow keys move it, Delete removes it',
  'map.legend': 'Dwellings in a hexagon',

  'area.label': 'Map: dwellings by hexagon, the area that is drawn, the incident',
  'area.tools': 'Drawing',
  'area.incident': 'Mark the incident',
  'area.draw': 'Draw the area',
  'area.again': 'Draw it anew',
  'area.undo': 'Undo',
  'area.close': 'Close the outline',
  'area.hint.incident': 'Click where it happened. Only its hexagon is put into the request.',
  'area.hint.draw':
    'Click the corners one after the other. A double-click or Enter closes the outline; Escape stops.',
  'area.hint.done': 'Drag a corner to move it. Delete removes the one in focus.',
  'area.hint.start': 'Mark where it happened, then draw the streets around it.',
  'area.typed': 'Type it instead',
  'area.typed.incident': 'Place of the incident',
  'area.typed.point.hint': 'Latitude, longitude in degrees, like 47.0005, -14.9993',
  'area.typed.square': 'Side of a square around it, in metres',
  'area.typed.square.do': 'Use this square',
  'area.typed.square.first': 'First say where the incident was.',
  'area.typed.corners': 'Corners of the area',
  'area.typed.corners.hint': 'One corner a line: latitude, longitude. At least three.',
  'area.typed.corners.do': 'Use these corners',
  'area.typed.bad': 'This cannot be read. One pair of degrees a line, like 47.0005, -14.9993.',
  'area.typed.few': 'An area needs at least three corners.',
  'area.none': 'No area yet',
  'area.open': 'The outline is still open.',
  'area.size': '{miles} square miles',
  'area.aspect': '{ratio} times as long as wide',
  'area.wide': 'Large: needs more votes',
  'area.fits': 'Keeps the rules of size and shape',
  'area.trouble.corners': 'An area needs at least three corners.',
  'area.trouble.crosses': 'The outline crosses itself. Move a corner, or draw it anew.',
  'area.trouble.small':
    'Rule R06: too small, the least is {limit} square miles, so that no single house is meant. Draw it larger.',
  'area.trouble.large': 'Rule R06: too large, the most is {limit} square miles. Draw it smaller.',
  'area.trouble.long': 'Rule R07: too long and thin, at most {limit} times as long as wide. Draw it rounder.',
  'area.trouble.outside': 'Rule R07: the incident lies outside. Draw the area around it.',

  'pick.label': 'Map for choosing a place',
  'pick.hint':
    'Click the place. Nothing is sent anywhere: the map is drawn from what this machine already has.',
  'pick.typed': 'Place',
  'pick.bad': 'This cannot be read. A pair of degrees, like 47.0005, -14.9993.',
} as const;

export const t = texts(map);
