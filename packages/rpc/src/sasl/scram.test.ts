import { createMemoryPlatform } from '@ottla/platform/node';
import { expect, test } from 'vitest';
import { oauthBearer } from './oauth-bearer.ts';
import { plain } from './plain.ts';
import { scram256 } from './scram.ts';

const platform = createMemoryPlatform({ log: { console: 'none' } });

test('SCRAM-SHA-256: the example of RFC 7677', async () => {
  const nonce = 'rOprNGfwEbeRWgbNEkqO';
  // A nonce that this text of base64url gives: the exchange takes what the platform draws.
  const drawn = { ...platform.crypto, randomBytes: () => Buffer.from(nonce, 'base64url') };
  const crypto = Object.assign(Object.create(platform.crypto), { randomBytes: drawn.randomBytes });
  const exchange = scram256('user', 'pencil').start({ ...platform, crypto });
  expect(String(await exchange.first())).toBe(`n,,n=user,r=${nonce}`);
  const server = `r=${nonce}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`;
  expect(String(await exchange.next(Buffer.from(server)))).toBe(
    `c=biws,r=${nonce}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=`,
  );
  const verdict = Buffer.from('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=');
  expect(await exchange.next(verdict)).toBeUndefined();
});

test.each([
  ['a nonce that is not ours', 'r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096', /nonce/],
  ['too few iterations', 'r=NONCEx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1', /iterations/],
])('SCRAM: %s is refused', async (_, text, message) => {
  const exchange = scram256('user', 'pencil').start(platform);
  const nonce = /r=(.*)$/.exec(String(await exchange.first()))?.[1] ?? '';
  await expect(exchange.next(Buffer.from(text.replace('NONCE', nonce)))).rejects.toThrow(message);
});

test('SCRAM: a server that does not know the password is refused', async () => {
  const exchange = scram256('us=er,', 'pencil').start(platform);
  const first = String(await exchange.first());
  expect(first).toContain('n=us=3Der=2C,');
  const nonce = /r=(.*)$/.exec(first)?.[1] ?? '';
  await exchange.next(Buffer.from(`r=${nonce}x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`));
  await expect(exchange.next(Buffer.from('v=AAAA'))).rejects.toThrow(/password/);
});

test('PLAIN and OAUTHBEARER', async () => {
  expect(String(await plain('u', 'p').start(platform).first())).toBe('\0u\0p');
  const bearer = oauthBearer(() => ({ value: 'T', extensions: { a: 'b' } })).start(platform);
  expect(String(await bearer.first())).toBe('n,,\x01auth=Bearer T\x01a=b\x01\x01');
  expect(String(await bearer.next(Buffer.from('{"status":"invalid_token"}')))).toBe('\x01');
});
