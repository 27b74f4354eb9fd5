// Finding whom a case is for, by their name, and cases by their ids.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { browser as launch, key, out, seen, serve, signIn } from './house.mjs';

const folder = mkdtempSync(join(tmpdir(), 'amends-find-'));
const database = join(folder, 'amends.db');
let browser, house, rita;

before(async () => {
  const keys = { rita: key(database, 'rita', 'frontline'), hugo: key(database, 'hugo', 'head') };
  house = await serve('books/retail', '--database', database);
  const names = ['Inés Castro', 'Castor Inman', 'Jürgen Weiß', ...Array.from({ length: 20 }, (_, n) => `Maria Castle ${n}`)];
  const customers = ['id,since,name', ...names.map((name, n) => `c_${n},2011-05-02,${name}`)].join('\n');
  const headers = { authorization: `Bearer ${keys.hugo}`, 'content-type': 'text/csv' };
  const sent = await fetch(`${house.address}/v1/imports/customers`, { method: 'POST', headers, body: customers });
  assert.equal((await sent.json()).new_rows, names.length);
  browser = await launch();
  rita = await signIn(browser, house.address, 'rita', keys.hugo);
});
after(async () => {
  await browser?.close();
  house?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('by keyboard: a name, whoever it is, a case, and the case again by its id', async () => {
  const { page } = rita;
  await page.goto(`${house.address}/desk`);
  await page.keyboard.press('/');
  await page.keyboard.type('weiss');
  await page.getByRole('button', { name: 'Jürgen Weiß' }).waitFor();
  await page.keyboard.press('Control+a');
  await page.keyboard.type('CAST');
  // Eight at most, of twenty-two.
  await page.waitForFunction(() => document.querySelectorAll('#found button').length === 8);
  await page.screenshot({ path: `${out}find.png`, fullPage: true });
  await page.keyboard.type(' in');
  await page.waitForFunction(() => document.querySelectorAll('#found button').length === 2);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'words');
  assert.equal(await page.locator('#customer').inputValue(), 'c_0');
  await page.locator('#found').getByText('Inés Castro').waitFor();
  await page.keyboard.type('What is this fee?');
  await page.locator('#request').selectOption('fee');
  await page.getByRole('button', { name: 'Open it' }).click();
  await page.waitForURL('**/desk/cases/*');
  const at = new URL(page.url()).pathname;
  await page.goto(`${house.address}/desk`);
  await page.keyboard.press('/');
  await page.keyboard.type(at.split('/').pop());
  await page.locator('#found').getByRole('link', { name: 'Open the case' }).waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL(`**${at}`);
  assert.deepEqual(rita.complaints, []);
});

test('without scripts a button leads to the same list, and nothing typed is lost', async () => {
  const state = await rita.page.context().storageState();
  const context = await browser.newContext({ storageState: state, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${house.address}/desk`);
  await page.getByLabel('What do they say?').fill('It is late.');
  await page.locator('#customer').fill('ines');
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByRole('button', { name: 'Inés Castro' }).click();
  assert.equal(await page.locator('#customer').inputValue(), 'c_0');
  assert.equal(await page.getByLabel('What do they say?').inputValue(), 'It is late.');
  await page.locator('#customer').fill('Castro');
  await page.locator('#request').selectOption('fee');
  await page.getByRole('button', { name: 'Open it' }).click();
  await page.getByRole('alert').getByText('choose below who it is').waitFor();
  await page.getByRole('button', { name: 'Inés Castro' }).waitFor();
  await context.close();
});

test('who is found: axe finds nothing, nothing sticks out', async () => {
  const { page } = rita;
  await page.goto(`${house.address}/desk`);
  await page.locator('#customer').fill('cast');
  await page.locator('#found button').first().waitFor();
  await seen(page, 'find');
});
