// By keyboard: the keys that `?` tells of, where the focus is, that it is seen, and what readers of screens are told.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { byMouse, fill } from './filling.mjs';
import { browser as launch, call, key, open, seen, serve, settled, signIn } from './house.mjs';
import { moved, stories } from './stories.mjs';

const folder = mkdtempSync(join(tmpdir(), 'amends-keys-'));
const database = join(folder, 'amends.db');
let browser, hugo, house, keys, lena, rita;

before(async () => {
  keys = Object.fromEntries([['rita', 'frontline'], ['lena', 'lead'], ['hugo', 'head']].map(([id, role]) => [id, key(database, id, role)]));
  house = await serve('books/retail', '--database', database);
  browser = await launch();
  const may = { permissions: ['clipboard-read', 'clipboard-write'] };
  [rita, lena, hugo] = await Promise.all(Object.keys(keys).map((id) => signIn(browser, house.address, id, keys.hugo, may)));
});
after(async () => {
  await browser?.close();
  house?.stop();
  rmSync(folder, { recursive: true, force: true });
});

// Opens a case over the API; gives its id.
const opens = async (customer) => (await call(house.address, keys.rita, '/v1/cases', { request: 'price_adjustment', customer })).case;

const focused = (page) => page.evaluate(() => document.activeElement.getAttribute('href') ?? document.activeElement.id);
const told = (page, says) => page.locator('#announce').getByText(says).waitFor({ state: 'attached' });

test('`?` shows the keys, and leads back to where one was', async () => {
  const { page, close } = await open(browser, house.address);
  await page.goto(`${house.address}/ask/retail`);
  await page.keyboard.press('j');
  const first = await focused(page);
  assert.match(first, /^\/ask\/retail\/\w/);
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keys' }).waitFor();
  // While they are shown no key does anything else.
  await page.keyboard.press('j');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog', { name: 'Keys' }).waitFor({ state: 'hidden' });
  assert.equal(await focused(page), first);
  await close();
});

test('`j` and `k` move, `/` searches and says how much is found, Enter opens', async () => {
  const { page, close } = await open(browser, house.address);
  await page.goto(`${house.address}/ask/retail`);
  const kinds = await page.locator('.kinds li a').evaluateAll((all) => all.map((a) => a.getAttribute('href')));
  for (const [pressed, at] of [['j', 0], ['j', 1], ['j', 2], ['k', 1], ['k', 0], ['k', 0]]) {
    await page.keyboard.press(pressed);
    assert.equal(await focused(page), kinds[at]);
  }
  await page.keyboard.press('/');
  await page.keyboard.type('price adj');
  await told(page, 'Found: 1');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/ask/retail/price_adjustment');
  await close();
});

test('an answer is read out, what is typed into keeps the focus, `c` copies the words', async () => {
  const { page, close } = await open(browser, house.address, { permissions: ['clipboard-read', 'clipboard-write'] });
  const story = stories.find(({ name }) => name.startsWith('1'));
  await page.goto(`${house.address}/ask/retail/${story.request}`);
  await byMouse(page, 'asked', story.asked);
  await fill(page, story.facts, byMouse);
  const last = page.locator('[name="f.order.id"]');
  await last.focus();
  await page.keyboard.type('1');
  await settled(page);
  assert.equal(await page.evaluate(() => document.activeElement.name), 'f.order.id', 'the answer took the focus away');
  const verdict = await page.locator('#verdict').innerText();
  await told(page, verdict.split('\n')[0]);
  await page.keyboard.press('Escape');
  await page.keyboard.press('c');
  await told(page, 'Copied');
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), await page.inputValue('#words'));
  for (const number of ['2', '1']) {
    await page.keyboard.press(number);
    assert.equal(await page.evaluate(() => document.activeElement.dataset.option), number);
  }
  await close();
});

test('`g` and a letter go places', async () => {
  const { page, complaints } = hugo;
  await page.goto(`${house.address}/desk`);
  for (const [letter, place] of [['a', '/approvals'], ['s', '/settings'], ['b', '/book/retail'], ['q', '/ask/retail'], ['d', '/desk']]) {
    await page.keyboard.press('g');
    await page.keyboard.press(letter);
    await page.waitForURL(house.address + place);
  }
  assert.deepEqual(complaints, []);
});

test('what others do leaves the focus where it is, and is read out', async () => {
  const { page } = rita;
  const [first, second] = [await opens('c_1'), await opens('c_2')];
  await page.goto(`${house.address}/desk`);
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  assert.equal(await focused(page), `/desk/cases/${second}`);
  const third = await opens('c_3');
  await page.locator(`a[href="/desk/cases/${third}"]`).waitFor();
  assert.equal(await focused(page), `/desk/cases/${second}`);
  await page.keyboard.press('k');
  await page.keyboard.press('Enter');
  await page.waitForURL(`**/desk/cases/${first}`);

  await lena.page.goto(`${house.address}/approvals`);
  await fill(page, moved(stories.find(({ name }) => name.startsWith('1'))), byMouse);
  await page.getByRole('button', { name: /^Ask lena/ }).first().click();
  await told(lena.page, 'A question has arrived');
  await lena.page.locator('.question').waitFor();
  assert.match(await lena.page.title(), /^\(1\) /);
  await lena.page.keyboard.press('n');
  await lena.page.keyboard.type('Not this time.');
  // What arrives takes nothing away from whoever is writing.
  const looked = lena.page.waitForResponse((answer) => new URL(answer.url()).pathname === '/approvals');
  await opens('c_5');
  await looked;
  assert.equal(await lena.page.evaluate(() => document.activeElement.value), 'Not this time.');
  await lena.page.keyboard.press('Escape');
  await lena.page.keyboard.press('y');
  await lena.page.keyboard.press('Enter');
  await told(page, 'There is a yes');
});

test('the focus is seen wherever Tab leads', async () => {
  const { page } = lena;
  for (const path of ['/desk', `/desk/cases/${await opens('c_4')}`, '/book/retail', '/account']) {
    await page.goto(house.address + path);
    for (let i = 0; i < 60; i += 1) {
      await page.keyboard.press('Tab');
      const unseen = await page.evaluate(() => {
        const e = document.activeElement;
        if (e === document.body) return null;
        // What is not drawn itself shows it on its label.
        const drawn = e.matches('input[type=radio], input[type=checkbox], input[type=file]') ? [e, e.nextElementSibling, e.closest('label')] : [e];
        const marked = drawn.some((one) => one && (getComputedStyle(one).outlineStyle !== 'none' || getComputedStyle(one).boxShadow !== 'none'));
        return marked ? '' : e.outerHTML.slice(0, 160);
      });
      if (unseen === null) break;
      assert.equal(unseen, '', `${path}: the focus is not seen`);
    }
  }
});

test('signed out meanwhile: nothing typed is lost', async () => {
  const { page } = rita;
  await page.goto(`${house.address}/desk`);
  await page.getByLabel('What does the customer want?').selectOption('returns');
  await page.getByLabel("The customer's number").fill('c_9');
  await page.getByLabel('What do they say?').fill('  It does not "fit"\n<b>at all</b>.');
  const cookies = await page.context().cookies();
  await page.context().clearCookies();
  await page.getByRole('button', { name: 'Open it' }).click();
  await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
  await seen(page, 'signed-out');
  await page.context().addCookies(cookies);
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByRole('alert').getByText('what you typed is still here').waitFor();
  assert.equal(await page.getByLabel("The customer's number").inputValue(), 'c_9');
  await page.getByRole('button', { name: 'Open it' }).click();
  await page.waitForURL('**/desk/cases/*');
  await page.getByText('It does not "fit"\n<b>at all</b>.').first().waitFor();
});
