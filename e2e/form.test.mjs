// Anyone asks by the form of a business, without an account and without scripts.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { browser as launch, open, program, root, seen, serve } from './house.mjs';

const folder = mkdtempSync(join(tmpdir(), 'amends-form-'));
const database = join(folder, 'amends.db');
let browser, form, house, keys;

const key = (id, role) =>
  execFileSync(
    program,
    ['people', 'add', id, '--role', role, '--team', 'shop', '--business', 'retail', '--database', database],
    { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] },
  ).toString().trim();

async function api(who, method, path, body) {
  const answer = await fetch(`${house.address}${path}`, {
    method,
    headers: { authorization: `Bearer ${keys[who]}`, ...(body && { 'content-type': 'application/json' }) },
    body: body && JSON.stringify(body),
  });
  assert.ok(answer.ok, `${path}: ${answer.status}`);
  return answer.json();
}

before(async () => {
  keys = { rita: key('rita', 'frontline'), hugo: key('hugo', 'head') };
  house = await serve('books/retail', '--database', database);
  browser = await launch();
  const { url } = await api('hugo', 'POST', '/v1/inlets', { id: 'site', kind: 'form', owner: 'rita' });
  form = new URL(url).pathname;
});
after(async () => {
  await browser?.close();
  house?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('the form: axe finds nothing, nothing sticks out', async () => {
  const { page, complaints, close } = await open(browser, house.address);
  await page.goto(house.address + form);
  await seen(page, 'form');
  assert.deepEqual(complaints, []);
  await close();
});

// Fills the form in, but for how someone can be reached, and sends it; it says what is missing.
async function incomplete(page, words) {
  await page.goto(house.address + form);
  await page.getByLabel('What is it about?').selectOption('returns');
  await page.getByLabel('What happened?').fill(words);
  await page.getByLabel('Where can we reach you?').fill('ab');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByRole('alert').waitFor();
}

test('a form that was filled in is a case of the one who answers for it, once', async () => {
  const { page, complaints, close } = await open(browser, house.address, { javaScriptEnabled: false });
  await incomplete(page, 'The coat does not fit.');
  assert.equal(await page.getByLabel('What happened?').inputValue(), 'The coat does not fit.', 'nothing is lost');
  await page.getByLabel('Where can we reach you?').fill('ines@shop.example');
  await page.getByRole('button', { name: 'Send' }).dblclick();
  await page.getByRole('heading', { name: 'Thank you' }).waitFor();
  const thanks = await page.locator('main').innerText();
  const { cases } = await api('rita', 'GET', '/v1/cases');
  assert.deepEqual(cases.map(({ request, owner }) => [request, owner]), [['returns', 'rita']]);
  assert.ok(thanks.includes(cases[0].id), thanks);
  assert.deepEqual(complaints.filter((c) => !c.includes('422')), []);
  await close();
});

test('what it says when something is missing, and thanks: axe finds nothing, nothing sticks out', async () => {
  const { page, close } = await open(browser, house.address);
  await incomplete(page, 'The hat does not fit.');
  await seen(page, 'form-missing');
  await page.getByLabel('Where can we reach you?').fill('ines@shop.example');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByRole('heading', { name: 'Thank you' }).waitFor();
  await seen(page, 'form-thanks');
  await close();
});
