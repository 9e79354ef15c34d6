import { afterEach, describe, expect, it, vi } from 'vitest';
import { get, onSignedOut, post, useCsrf } from './client';

function answer(status: number, body: string) {
  const fetched = vi.fn<typeof fetch>(() => Promise.resolve(new Response(body, { status })));
  vi.stubGlobal('fetch', fetched);
  return fetched;
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('a call', () => {
  it('succeeds with the value', async () => {
    answer(200, '{"needed":true}');
    expect(await get('/api/setup')).toEqual({ kind: 'success', value: { needed: true } });
  });

  it('succeeds without a value where there is nothing to say', async () => {
    answer(200, '');
    expect(await post('/api/x')).toEqual({ kind: 'success', value: undefined });
  });

  it('is refused with the reason for people and the code for programs', async () => {
    answer(409, '{"error":"already_shared","message":"It was answered already.","details":{"n":1}}');
    expect(await post('/api/inbox/rq_1/share', {})).toEqual({
      kind: 'refused',
      status: 409,
      code: 'already_shared',
      message: 'It was answered already.',
      details: { n: 1 },
    });
  });

  it('fails, in words, when there is no answer or none that can be read', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('refused')));
    expect(await get('/api/x')).toMatchObject({ kind: 'failed', message: /no answer/ });
    answer(200, '<html>');
    expect(await get('/api/x')).toMatchObject({ kind: 'failed', message: /could not be read/ });
    answer(500, 'oh');
    expect(await get('/api/x')).toMatchObject({ kind: 'failed' });
  });

  it('carries the session’s token when it changes something, and not when it only reads', async () => {
    useCsrf('token-1');
    const fetched = answer(200, '{}');
    await post('/api/x', { a: 1 });
    await get('/api/x');
    const headers = fetched.mock.calls.map(([, init]) => init?.headers);
    expect(headers[0]).toMatchObject({ 'X-CSRF-Token': 'token-1', 'Content-Type': 'application/json' });
    expect(headers[1]).not.toHaveProperty('X-CSRF-Token');
  });

  it('tells the app when the session has ended, but not when a password was wrong', async () => {
    const ended = vi.fn();
    onSignedOut(ended);
    answer(401, '{"error":"wrong_password","message":"The password does not fit."}');
    await post('/api/session', { password: 'x' });
    expect(ended).not.toHaveBeenCalled();
    await get('/api/inbox');
    expect(ended).toHaveBeenCalledOnce();
  });
});
