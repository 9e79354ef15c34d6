import { describe, expect, it } from 'vitest';
import { address, match } from './router';

const routes = { cameras: '/', add: '/cameras/add', camera: '/cameras/:id', edit: '/cameras/:id/edit' };

describe('match', () => {
  it('opens the first page when there is no address', () => {
    expect(match('', routes)?.name).toBe('cameras');
    expect(match('#/', routes)?.name).toBe('cameras');
  });

  it('prefers a page that is named to one with a part to fill in', () => {
    expect(match('#/cameras/add', routes)?.name).toBe('add');
    expect(match('#/cameras/cam_1', routes)).toMatchObject({ name: 'camera', params: { id: 'cam_1' } });
  });

  it('gives parts and query as they were before they were written into the address', () => {
    const at = '2026-11-23T08:30:00.000Z';
    const route = match(address('/cameras/:id', { id: 'a/b ?' }, { at }), routes);
    expect(route?.params['id']).toBe('a/b ?');
    expect(route?.query.get('at')).toBe(at);
  });

  it('finds no page for an unknown or a broken address', () => {
    expect(match('#/nowhere', routes)).toBeUndefined();
    expect(match('#/cameras/%E0%A4%A', routes)).toBeUndefined();
  });
});
