// The customer's page: on a phone, without an account, while whoever owns the case sees what comes in.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { audit, browser as launch, call, key, open, out, seen, serve, signIn } from './house.mjs';

const folder = mkdtempSync(join(tmpdir(), 'amends-customer-'));
const database = join(folder, 'amends.db');
const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
let browser, house, keys, rita;

// A picture of one red point.
const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==', 'base64');
const photo = (name) => ({ name, mimeType: 'image/png', buffer: Buffer.concat([png, Buffer.from(name)]) });

before(async () => {
  keys = { rita: key(database, 'rita', 'frontline'), lena: key(database, 'lena', 'lead'), hugo: key(database, 'hugo', 'head') };
  house = await serve('books/retail', '--database', database);
  browser = await launch();
  await api('hugo', '/v1/people/rita', { name: 'Rita Ramirez' });
  rita = await signIn(browser, house.address, 'rita', keys.hugo, { permissions: ['clipboard-read', 'clipboard-write'] });
});
after(async () => {
  await browser?.close();
  house?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const api = (who, path, body) => call(house.address, keys[who], path, body);

// A case of Rita's about a torn parcel, and the address of its customer's page as the interface tells it.
async function told(...asks) {
  const { case: id } = await api('rita', '/v1/cases', { request: 'returns', customer: 'c_1001' });
  const at = `/v1/cases/${id}`;
  await api('rita', `${at}/customer-words`, { words: 'The parcel came torn, and one of the two cups is broken.' });
  for (const words of asks) await api('rita', `${at}/customer-questions`, { words });
  const { link } = await api('rita', `${at}/customer-link`, {});
  return { id, at, page: house.address + new URL(link).pathname };
}

const fits = async (page) => {
  const [scroll, width] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert.ok(scroll <= width, `the page is ${scroll} wide in ${width}`);
};

test('the customer sends photos from a phone, and the owner sees them arrive', async () => {
  const { id, at } = await told('Can you send us a photo of the label and of the broken cup?');
  const { page: desk } = rita;
  await desk.goto(`${house.address}/desk/cases/${id}`);
  await desk.getByText('the customer\'s turn for').first().waitFor();
  await desk.getByRole('button', { name: 'Link for the customer' }).click();
  const link = await desk.getByLabel('The customer\'s link').inputValue();
  await desk.getByRole('button', { name: 'Copy' }).first().click();
  await desk.getByText('Copied').first().waitFor();
  assert.equal(await desk.evaluate(() => navigator.clipboard.readText()), link);
  assert.deepEqual(await audit(desk), []);
  await desk.screenshot({ path: `${out}customer-link.png`, fullPage: true });
  await desk.getByLabel('Add to the case').fill('I keep writing');

  const { page, complaints, close } = await open(browser, house.address, phone);
  await page.goto(house.address + new URL(link).pathname);
  await page.getByRole('heading', { name: 'We need something from you' }).waitFor();
  await page.getByText('Rita at ').waitFor();
  await page.screenshot({ path: `${out}customer-asked-phone.png`, fullPage: true });
  await page.getByLabel('What do they show?').fill('The label, and the <b>broken</b> cup');
  await page.getByLabel('Choose files').setInputFiles([photo('label.png'), photo('cup.png')]);
  await page.getByRole('button', { name: 'Send the files' }).dblclick();
  await page.getByText('What you sent is with Rita now').waitFor();
  await page.getByRole('heading', { name: 'We are looking into it' }).waitFor();
  assert.deepEqual(await audit(page), []);
  await page.screenshot({ path: `${out}customer-sent-phone.png`, fullPage: true });

  // It arrives by itself, though this page has the address of what was posted; what is being written stays.
  await desk.getByText('the customer, by their link').first().waitFor();
  assert.equal(await desk.locator('#so-far').getByText('broken</b> cup').count(), 2);
  assert.equal(await desk.getByLabel('Add to the case').inputValue(), 'I keep writing');
  const [file] = await Promise.all([
    desk.waitForEvent('popup'),
    desk.locator('#so-far').getByRole('link', { name: 'Look at the file' }).first().click(),
  ]);
  await file.waitForURL(/\/files\/[0-9a-f]{64}$/);
  await file.close();
  await desk.screenshot({ path: `${out}customer-desk.png`, fullPage: true });
  const shown = await api('rita', at);
  assert.equal(shown.evidence.length, 2, 'a double click adds once');
  assert.ok(shown.evidence.every((piece) => piece.by_customer));

  await page.getByLabel('Is there something we should know?').fill('I would like a new cup.');
  await page.getByRole('button', { name: 'Send', exact: true }).dblclick();
  await page.getByText('Your words are with Rita now').waitFor();
  await desk.locator('blockquote.customers').getByText('I would like a new cup.').first().waitFor();
  await api('rita', `${at}/settle`, {});
  await page.reload();
  await page.getByRole('heading', { name: 'This is settled' }).waitFor();
  await page.getByLabel('A few words for Rita').fill('You were a great help.');
  await page.getByRole('button', { name: 'Say thanks' }).click();
  await page.getByText('Thank you for saying so').waitFor();
  await page.screenshot({ path: `${out}customer-thanks-phone.png`, fullPage: true });
  await desk.getByText('The customer said thanks').first().waitFor();
  assert.equal((await api('rita', at)).state, 'settled');

  await desk.getByRole('button', { name: 'Take the links back' }).click();
  await desk.getByText('They have a link').waitFor({ state: 'detached' });
  await page.reload();
  await page.getByRole('heading', { name: 'This link leads nowhere' }).waitFor();
  await page.screenshot({ path: `${out}customer-refused-phone.png`, fullPage: true });
  // The browser itself notes that there is nothing there.
  assert.deepEqual(complaints.filter((text) => !/404/.test(text)), []);
  assert.deepEqual(rita.complaints, []);
  await close();
});

test('without scripts: what cannot be sent is said, what was typed stays, then it is sent', async () => {
  const { at, page: address } = await told();
  const { page, complaints, close } = await open(browser, house.address, { ...phone, javaScriptEnabled: false });
  await page.goto(address);
  await page.getByLabel('What do they show?').fill('The receipt');
  await page.getByLabel('Choose files').setInputFiles([{ name: 'receipt.zip', mimeType: 'application/zip', buffer: Buffer.from('PK\u0003\u0004\u0000') }]);
  await page.getByRole('button', { name: 'Send the files' }).click();
  await page.getByText('“receipt.zip” cannot be kept').waitFor();
  assert.equal(await page.getByLabel('What do they show?').inputValue(), 'The receipt');
  await page.screenshot({ path: `${out}customer-wrong-phone.png`, fullPage: true });
  await page.getByLabel('Take a photo').setInputFiles([photo('receipt.png')]);
  await page.getByRole('button', { name: 'Send the files' }).click();
  await page.getByText('What you sent is with Rita now').waitFor();
  await page.getByLabel('Choose files').setInputFiles([{ name: 'film.txt', mimeType: 'text/plain', buffer: Buffer.alloc((10 << 20) + 1, 97) }]);
  await page.getByLabel('What do they show?').fill('A long text');
  await page.getByRole('button', { name: 'Send the files' }).click();
  await page.getByText('“film.txt” has more than 10 MB').waitFor();
  await page.getByLabel('Is there something we should know?').fill('That is <all>.');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByText('Your words are with Rita now').waitFor();
  await page.getByText('That is <all>.').waitFor();
  assert.equal((await api('rita', at)).evidence.length, 1);
  assert.deepEqual(complaints.filter((text) => !/422/.test(text)), []);
  await close();
});

test("the customer's page: axe finds nothing, nothing sticks out", async () => {
  const { at, page: address } = await told();
  await api('rita', `${at}/promises`, { words: 'Rita calls you back', due: new Date(Date.now() + 86_400_000).toISOString() });
  const { page, complaints, close } = await open(browser, house.address);
  await page.goto(address);
  await seen(page, 'customer-promised');
  const { promises: [promise] } = await api('rita', at);
  await api('rita', `${at}/promises/${promise.id}/keep`, {});
  await api('rita', `${at}/decline`, { reason: 'The window of 30 days was over by 40 days.', instead: [{ words: 'Store credit for half of what you paid, until the end of the year.' }] });
  await page.goto(address);
  await seen(page, 'customer-declined');
  await page.goto(`${house.address}/customer/retail~nothing`);
  await seen(page, 'customer-refused');
  assert.deepEqual(complaints.filter((text) => !/404/.test(text)), []);
  await close();
});

test('what is given stands on the page, and when it is done', async () => {
  const { page: address, at } = await told();
  const { page, close } = await open(browser, house.address, phone);
  const facts = {
    customer: { id: 'c_1001', since: '2021-03-14', orders: 5, claims_12m: 0 },
    order: {
      id: 'S-51000',
      placed: new Date(Date.now() - 5 * 86_400_000).toISOString(),
      channel: 'shop',
      payment: { id: 'card_10', kind: 'card', holder: 'Nora Lake' },
      lines: [{ sku: 'CUP', title: 'Cup', paid: '45.00 USD', final_sale: false }],
      shipping: '0 USD',
      refunded: '0 USD',
    },
    condition: 'as_new',
  };
  const answer = await fetch(`${house.address}${at}/assessments`, {
    method: 'POST',
    headers: { authorization: `Bearer ${keys.rita}`, 'content-type': 'application/json' },
    body: JSON.stringify({ facts }),
  });
  const assessment = await answer.json();
  assert.ok(answer.ok, JSON.stringify(assessment));
  const digest = answer.headers.get('assessment-digest');
  await api('rita', `${at}/grants`, { assessment: digest, option: 'money_back' });
  await page.goto(address);
  await page.getByRole('heading', { name: 'Decided, and on its way to you' }).waitFor();
  await page.getByText('The money is on its way.').waitFor();
  await page.screenshot({ path: `${out}customer-given-phone.png`, fullPage: true });
  const { grants: [grant] } = await api('rita', at);
  await api('rita', `${at}/grants/${grant.id}/settle`, {});
  await page.reload();
  await page.getByText('Done: the money was sent.').waitFor();
  await page.getByRole('button', { name: 'Say thanks' }).waitFor();
  assert.deepEqual(await audit(page), []);
  assert.ok(!(await page.content()).includes('Nora'), 'what the book reads is not shown');
  await close();
});
