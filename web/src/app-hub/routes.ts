/** Every page of the hub, by its address after `#`. */
export const routes = {
  cameras: '/',
  'camera-wall': '/wall',
  'camera-add': '/cameras/add',
  'camera-type': '/cameras/type',
  'camera-edit': '/cameras/:id/edit',
  'camera-areas': '/cameras/:id/areas',
  'camera-doorbell': '/cameras/:id/doorbell',
  'camera-page': '/cameras/:id',
  inbox: '/inbox',
  request: '/inbox/:id',
  household: '/household',
  settings: '/settings',
  notifications: '/settings/notifications',
  programs: '/settings/programs',
} as const;
