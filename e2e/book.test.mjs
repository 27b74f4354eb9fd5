// The rules on the desk: a lead writes a draft, the head publishes it, each in a browser of their own.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { audit, browser as launch, key, out, seen, serve, settled, signIn } from './house.mjs';

const folder = mkdtempSync(join(tmpdir(), 'amends-book-'));
const database = join(folder, 'amends.db');
let browser, house, hugo, keys, lena;

before(async () => {
  keys = { rita: key(database, 'rita', 'frontline'), lena: key(database, 'lena', 'lead'), hugo: key(database, 'hugo', 'head') };
  house = await serve('books/retail', '--database', database);
  browser = await launch();
  [lena, hugo] = [await signIn(browser, house.address, 'lena', keys.hugo), await signIn(browser, house.address, 'hugo', keys.hugo)];
});
after(async () => {
  await browser?.close();
  house?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const value = async (page, name) => page.locator(`[name="${name}"]`).inputValue();
const answers = async (path) => (await fetch(`${house.address}${path}`, { headers: { authorization: `Bearer ${keys.hugo}` } })).json();

// A change, and the wait until what comes of it is on the page.
async function type(page, input, text, expected) {
  await input.fill(text);
  await page.locator('#tried').getByText(expected).first().waitFor();
  await settled(page);
}

test('a lead moves a line in the form, and is told what comes of it while typing', async () => {
  const { page } = lena;
  await page.goto(`${house.address}/book/retail/price_adjustment`);
  await page.getByRole('button', { name: 'Change this rule' }).click();
  await page.waitForURL('**/drafts/*');
  await page.getByRole('heading', { name: 'It can be published' }).waitFor();
  await type(page, page.locator('[name="p.terms.window.at_most"]'), '21 days', 'at most 21 days');
  assert.equal(await page.locator('#tried').getByText('stretches move too').count(), 2);
  assert.match(await page.locator('#tried').innerText(), /Representative, in all[\s\S]*21 days[\s\S]*28 days/);
  await type(page, page.locator('[name="p.terms.window.at_most"]'), '21 dayz', 'Cannot be published yet');
  assert.match(await page.locator('#tried').innerText(), /line \d+, character \d+[\s\S]*What to do/);
  await page.screenshot({ path: `${out}book-draft-wrong.png`, fullPage: true });
  await type(page, page.locator('[name="p.terms.window.at_most"]'), '3 days', 'Had it always held, these would come out otherwise');
  await page.screenshot({ path: `${out}book-draft-cases.png`, fullPage: true });
  await type(page, page.locator('[name="p.terms.window.at_most"]'), '21 days', 'at most 21 days');
  await page.locator('[name="p.terms.window.says"]').fill('Bought at most 21 days before the promotion began');
  await page.getByRole('button', { name: 'Save', exact: true }).last().click();
  await page.getByText('version 2, saved by lena').waitFor();
  await page.getByText('You wrote some of this draft').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Publish it' }).count(), 0);
  await seen(lena.page, 'book-draft-form');
});

test('the same as text, with comments kept and what is wrong under it', async () => {
  const { page } = lena;
  await page.getByRole('button', { name: 'Edit the text' }).click();
  const text = page.locator('#text');
  await text.waitFor();
  const written = await text.inputValue();
  assert.match(written, /at_most: 21 days\n {4}stretch: \{ frontline: 7 days, lead: 30 days \} {2}# past the line: 21 and 44 days in all/);
  await type(page, text, written.replace('order.channel in', 'order.chanel in'), 'Cannot be published yet');
  assert.match(await page.locator('#tried').innerText(), /did you mean `order\.channel`/);
  // The line is marked, and the mistake leads to its place.
  const line = written.slice(0, written.indexOf('order.channel in')).split('\n').length;
  assert.deepEqual(await page.locator('.numbers .never').allInnerTexts(), [String(line)]);
  await page.locator('#tried').getByRole('link', { name: `line ${line}, character` }).press('Enter');
  const rest = await text.evaluate((e) => [document.activeElement === e, e.value.slice(e.selectionStart).split('\n')[0]]);
  assert.deepEqual(rest, [true, 'order.chanel in promotion.channels"']);
  await page.screenshot({ path: `${out}book-draft-text-wrong.png`, fullPage: true });
  await type(page, text, written.replace('44 days in all', '51 days in all').replace('line: 21', 'line: 28'), 'It can be published');
  await page.getByRole('button', { name: 'Save', exact: true }).last().click();
  await page.getByText('version 3, saved by lena').waitFor();
  await seen(lena.page, 'book-draft-text');
});

test('two who write the same draft: the later is told, and nothing is lost', async () => {
  await hugo.page.goto(`${lena.page.url().split('?')[0]}?as=text`);
  const text = hugo.page.locator('#text');
  const before = await text.inputValue();
  await lena.page.locator('#text').fill(`${before}# By Lena.\n`);
  await lena.page.getByRole('button', { name: 'Save', exact: true }).last().click();
  await lena.page.getByText('version 4, saved by lena').waitFor();
  await text.fill(`${before}# By Hugo.\n`);
  await hugo.page.getByRole('button', { name: 'Save', exact: true }).last().click();
  await hugo.page.getByText('Lena saved this draft meanwhile, as version 4').waitFor();
  assert.match(await text.inputValue(), /# By Hugo\.\n$/);
  await hugo.page.getByText('# By Lena.').waitFor();
  await hugo.page.screenshot({ path: `${out}book-draft-late.png`, fullPage: true });
  assert.deepEqual(await audit(hugo.page), []);
  // He leaves it as hers is, so that he may publish it. The refusal is the one thing that a browser complains about.
  assert.ok(hugo.complaints.splice(0).every((says) => says.includes('409')));
});

test('a second person publishes it at a day, and from then on it answers, also after a restart', async () => {
  const { page } = hugo;
  await page.goto(lena.page.url().split('?')[0]);
  await page.screenshot({ path: `${out}book-draft-publish.png`, fullPage: true });
  assert.equal(await value(page, 'p.terms.window.at_most'), '21 days');
  const day = page.getByLabel('In force from');
  const today = await day.getAttribute('min');
  await day.fill(today);
  await page.getByRole('button', { name: 'Publish it' }).click();
  await page.waitForURL('**/history/price_adjustment');
  await page.getByText('hugo published what lena wrote').waitFor();
  await page.getByText('moved with the line').first().waitFor();
  await seen(hugo.page, 'book-history');
  await page.goto(`${house.address}/book/retail/price_adjustment`);
  await page.getByText('Bought at most 21 days before the promotion began').first().waitFor();
  await seen(hugo.page, 'book-rule');
  const { digest } = await answers('/v1/books/retail');
  await lena.page.goto(`${house.address}/book/retail`);
  await lena.page.getByText('No rule is being changed.').waitFor();
  await seen(lena.page, 'book-rules');
  house.stop();
  house = await serve('books/retail', '--database', database);
  assert.equal((await answers('/v1/books/retail')).digest, digest);
  const { versions } = await answers('/v1/books/retail/policies/price_adjustment');
  assert.deepEqual(versions.map((version) => version.in_force), ['2026-09-01', today]);
  assert.deepEqual([...lena.complaints, ...hugo.complaints], []);
});
