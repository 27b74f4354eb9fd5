// People sign in: the first account of a business, and at a provider of OpenID Connect, whose claims give the role.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import Provider from 'oidc-provider';
import { browser as launch, seen, serve } from './house.mjs';

const folder = mkdtempSync(join(tmpdir(), 'amends-sign-in-'));
const file = (name, text) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
// Who the provider knows. What it says of Lena changes in a test.
const accounts = {
  lena: { name: 'Lena Lead', realm: { roles: ['support-2', 'other'] }, desk: 'night' },
  nobody: { name: 'Nobody In Particular', realm: { roles: ['sales'] } },
};
let browser, house, provider;

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

before(async () => {
  const [ours, theirs] = [await freePort(), await freePort()];
  const issuer = `http://127.0.0.1:${theirs}`;
  const server = new Provider(issuer, {
    clients: [{
      client_id: 'amends',
      client_secret: 'a secret of nobody else',
      redirect_uris: [`http://127.0.0.1:${ours}/sign-in/provider/callback`],
    }],
    claims: { openid: ['sub'], profile: ['name'], work: ['realm', 'desk'] },
    scopes: ['openid', 'profile', 'work'],
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...accounts[id] }) }),
    pkce: { required: () => true },
    cookies: { keys: ['only for this test'] },
  });
  provider = await new Promise((resolve) => {
    const listening = server.listen(theirs, '127.0.0.1', () => resolve(listening));
  });
  const config = file('amends.toml', `
database = "amends.db"
public-url = "http://127.0.0.1:${ours}"
[sign-in]
issuer = "${issuer}"
client-id = "amends"
client-secret-file = "${file('secret', 'a secret of nobody else\n')}"
title = "the house"
scopes = ["profile", "work"]
role-claim = "realm.roles"
team-claim = "desk"
[sign-in.roles]
support-1 = "frontline"
support-2 = "lead"
`);
  house = await serve('books/retail', '--config', config, '--listen', `127.0.0.1:${ours}`);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  house?.stop();
  provider?.close();
  rmSync(folder, { recursive: true, force: true });
});

// A browser of its own, on the page where people sign in.
async function open() {
  const context = await browser.newContext({ viewport: { width: 1100, height: 900 }, locale: 'en-US' });
  const page = await context.newPage();
  await page.goto(`${house.address}/sign-in`);
  return page;
}

async function atProvider(page, who) {
  await page.getByRole('link', { name: 'Sign in with the house' }).click();
  await page.locator('input[name=login]').fill(who);
  await page.locator('input[name=password]').fill('anything: the provider of the test asks no more');
  await page.locator('button[type=submit]').click();
  const consent = page.getByRole('button', { name: 'Continue' });
  if (await consent.count()) await consent.click();
}

const me = (page) => page.evaluate(() => fetch('/v1/me').then((answer) => answer.json()));

test('the first account is told of once, and leads to a password of its own', async () => {
  await house.said(/as `owner` with the password (\S+?),/);
  const once = house.text().match(/as `owner` with the password (\S+?),/)[1];
  const page = await open();
  await seen(page, 'sign-in');
  await page.getByLabel('Your name here').fill('owner');
  await page.getByLabel('Password').fill('not this one at all');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('alert').waitFor();
  await seen(page, 'sign-in-wrong');
  assert.equal(await page.getByLabel('Your name here').inputValue(), 'owner', 'what was typed stays');
  await page.getByLabel('Password').fill(once);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { name: 'Choose your password' }).waitFor();
  await seen(page, 'choose-password');
  assert.equal((await me(page)).code, 'choose_a_password');
  await page.getByLabel('New password', { exact: true }).fill('seven red kites over a hill');
  await page.getByLabel('New password again').fill('seven red kites over a hill');
  await page.getByRole('button', { name: 'Choose' }).click();
  await page.getByRole('heading', { name: 'A new case' }).waitFor();
  await page.getByRole('link', { name: 'your account' }).click();
  await page.getByRole('heading', { name: 'Where you are signed in' }).waitFor();
  await seen(page, 'account');
  assert.equal((await me(page)).role, 'head');
  await page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  assert.equal((await me(page)).status, 401);
});

test('someone the provider knows comes in with the role that it says, and a new one at the next time', async () => {
  const page = await open();
  await atProvider(page, 'lena');
  await page.getByRole('heading', { name: 'Lena Lead' }).waitFor();
  const first = await me(page);
  assert.deepEqual([first.role, first.team], ['lead', 'front'], 'a team that is not known here is none');
  await page.getByRole('link', { name: 'your account' }).click();
  await page.getByRole('button', { name: 'Sign out everywhere' }).click();
  accounts.lena.realm.roles = ['support-1'];
  const again = await open();
  await atProvider(again, 'lena');
  await again.getByRole('heading', { name: 'Lena Lead' }).waitFor();
  const second = await me(again);
  assert.deepEqual([second.id, second.role], [first.id, 'frontline']);
  assert.doesNotMatch(first.id, /lena/i, 'an id is no name');
});

test('whom the provider gives no role here does not come in, nor does a sign-in that nobody began', async () => {
  const page = await open();
  await atProvider(page, 'nobody');
  await page.getByText('Your account has no role here').waitFor();
  assert.equal((await me(page)).status, 401);
  const other = await open();
  await other.goto(`${house.address}/sign-in/provider/callback?code=stolen&state=guessed`);
  await other.getByText('begun in another browser').waitFor();
  assert.equal((await me(other)).status, 401);
  // A code that was caught with its state is of no use in another browser.
  const third = await open();
  await third.getByRole('link', { name: 'Sign in with the house' }).click();
  await third.locator('input[name=login]').waitFor();
  const [way] = (await third.context().cookies()).filter((cookie) => cookie.name === 'amends_way');
  const state = new URLSearchParams(way.value).get('state');
  await third.goto(`${house.address}/sign-in/provider/callback?code=stolen&state=${state}`);
  await third.getByText('The provider did not answer as it should').waitFor();
  assert.equal((await me(third)).status, 401);
});
