// What every page holds to: nothing axe finds, light and dark, wide and narrow; links, pasting, editing of rules.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { audit, browser as launch, open, out, outside, root, seen, serve, settled } from './house.mjs';
import { byMouse, fill } from './filling.mjs';
import { stories } from './stories.mjs';

let house, browser, books;
before(async () => {
  books = mkdtempSync(join(tmpdir(), 'amends-books-'));
  cpSync(`${root}books/retail`, `${books}/retail`, { recursive: true });
  house = await serve(`${books}/retail`, 'books/rental');
  browser = await launch();
});
after(async () => {
  await browser?.close();
  house?.stop();
});

const story = (name) => stories.find((s) => s.name.startsWith(name));

async function ask(page, told) {
  await page.goto(`${house.address}/ask/${told.book}/${told.request}`);
  await byMouse(page, 'asked', told.asked);
  await fill(page, told.facts, byMouse);
}

const pages = [
  ['kinds', async (page) => page.goto(`${house.address}/ask/retail`)],
  ['blank', async (page) => page.goto(`${house.address}/ask/retail/price_adjustment`)],
  ['approval', async (page) => ask(page, story('1'))],
  ['owed', async (page) => ask(page, story('2'))],
  ['never', async (page) => ask(page, story('3c'))],
  ['rules', async (page) => page.goto(`${house.address}/book/retail`)],
  ['rule', async (page) => page.goto(`${house.address}/book/retail/price_adjustment`)],
  ['good', async (page) => page.goto(`${house.address}/problems/retail`)],
  ['nothing', async (page) => page.goto(`${house.address}/nothing/here`)],
  ['keys', async (page) => { await page.goto(`${house.address}/ask/retail`); await page.keyboard.press('?'); }],
];
for (const [name, go] of pages) {
  test(`${name}: axe finds nothing, nothing sticks out`, async () => {
    const { page, complaints, close } = await open(browser, house.address);
    await go(page);
    await settled(page);
    await seen(page, name);
    assert.deepEqual(complaints.filter((c) => !c.includes('404')), []);
    await close();
  });
}

test('the reference of the API: axe finds nothing, nothing sticks out', async () => {
  const { page, close } = await open(browser, house.address, { colorScheme: 'dark', viewport: { width: 320, height: 900 } });
  await page.goto(`${house.address}/reference`);
  assert.deepEqual(await audit(page), []);
  assert.deepEqual(await outside(page), []);
  await close();
});

test('a link carries the question, and nothing personal unless chosen', async () => {
  const { page, close } = await open(browser, house.address, { permissions: ['clipboard-read', 'clipboard-write'] });
  await ask(page, story('3c'));
  const verdict = await page.locator('#verdict').innerText();
  await page.click('[data-act=link]');
  const plain = await page.evaluate(() => navigator.clipboard.readText());
  assert.ok(!plain.includes('Castro'), plain);
  await page.check('#personal');
  await page.click('[data-act=link]');
  const whole = await page.evaluate(() => navigator.clipboard.readText());
  assert.ok(whole.includes('Castro'));
  await close();
  const other = await open(browser, house.address);
  const sent = [];
  other.page.on('request', (r) => sent.push(r.url()));
  await other.page.goto(whole);
  await settled(other.page);
  assert.equal(await other.page.locator('#verdict').innerText(), verdict);
  assert.ok(sent.every((url) => !url.includes('Castro')), 'the fragment was sent');
  await other.close();
});

test('going to a rule and back leaves the question as it was', async () => {
  const { page, close } = await open(browser, house.address);
  await ask(page, story('3b'));
  const verdict = await page.locator('#verdict').innerText();
  await page.click('.terms a');
  await page.waitForURL('**/book/retail/returns#term-*');
  await page.goBack();
  await page.waitForFunction((v) => document.querySelector('#verdict')?.innerText === v, verdict);
  await close();
});

test('the words can be edited and copied, and stay while the answer is the same', async () => {
  const { page, close } = await open(browser, house.address, { permissions: ['clipboard-read', 'clipboard-write'] });
  await ask(page, story('1'));
  await page.fill('#words', 'My own words.');
  await byMouse(page, 'f.order.id', 'S-48212');
  await settled(page);
  await page.keyboard.press('Escape');
  await page.click('[data-copy=words]');
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), 'My own words.');
  await close();
});

test('an order of another system fills the form', async () => {
  const { page, close } = await open(browser, house.address);
  await page.goto(`${house.address}/ask/retail`);
  await page.click('.paste summary');
  await page.selectOption('#intake', 'shopify_order');
  await page.fill('#document', readFileSync(`${root}books/retail/intake/shopify_order.sample.json`, 'utf8'));
  await page.click('.paste button');
  await page.waitForSelector('#work');
  const answer = JSON.parse(await page.locator('#json').textContent());
  const direct = JSON.parse(
    execFileSync(process.env.AMENDS ?? `${root}target/debug/amends`, ['assess', 'books/retail', '--role', answer.role, '--intake', 'shopify_order', '--json', 'books/retail/intake/shopify_order.sample.json'], { cwd: root }),
  );
  assert.equal(answer.standing, direct.standing);
  assert.deepEqual(answer.options.map((o) => [o.id, o.amount]), direct.options.map((o) => [o.id, o.amount]));
  await page.goto(`${house.address}/ask/retail`);
  await page.click('.paste summary');
  await page.fill('#document', '{"name": ');
  await page.click('.paste button');
  assert.match(await page.locator('.paste .wrong-note').innerText(), /not JSON at line 1/);
  assert.equal(await page.inputValue('#document'), '{"name": ');
  await close();
});

test('the API answers with the bytes of the command line', async () => {
  const amends = process.env.AMENDS ?? `${root}target/debug/amends`;
  const sample = 'books/retail/intake/shopify_order.sample.json';
  const direct = execFileSync(amends, ['assess', 'books/retail', '--role', 'lead', '--intake', 'shopify_order', '--json', sample], { cwd: root });
  const response = await fetch(`${house.address}/v1/assess?book=retail&role=lead&intake=shopify_order`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: readFileSync(`${root}${sample}`),
  });
  assert.equal(response.status, 200);
  assert.deepEqual(Buffer.from(await response.arrayBuffer()), direct);
});

test('a broken edit keeps the last good rules and shows what is wrong; a good one answers at once', async () => {
  const { page, close } = await open(browser, house.address);
  await ask(page, story('3b'));
  const file = `${books}/retail/policies/returns.yaml`;
  const good = readFileSync(file, 'utf8');
  writeFileSync(file, good.replace('bought_on"', 'bought_onn"'));
  await page.waitForSelector('.banner.never');
  assert.match(await page.locator('#verdict').innerText(), /A team lead may say yes/);
  await page.click('.banner a');
  await page.waitForURL('**/problems/retail');
  assert.match(await page.locator('.finding').first().innerText(), /bought_onn[^]*\^+[^]*did you mean `bought_on`/);
  await page.screenshot({ path: `${out}broken-light.png`, fullPage: true });
  assert.deepEqual(await audit(page), []);
  writeFileSync(file, good.replace('at_most: 60 days', 'at_most: 70 days'));
  await page.waitForFunction(() => document.querySelector('h1').innerText.includes('Nothing is wrong'));
  await page.goBack();
  // Inside the line the state of the goods matters again, and is asked.
  await page.waitForFunction(() => document.querySelector('#verdict')?.innerText.includes('We need to know: owed at best'));
  await byMouse(page, 'f.condition', 'as_new');
  await page.waitForFunction(() => document.querySelector('#verdict').innerText.startsWith('Owed'));
  writeFileSync(file, good);
  await close();
});

test('without scripts the form still answers', async () => {
  const { page, close } = await open(browser, house.address, { javaScriptEnabled: false });
  await page.goto(`${house.address}/ask/retail/fee`);
  await page.fill('[name="asked"]', '2026-11-16T10:00');
  await page.fill('[name="f.fee.amount"]', '25');
  await page.click('.plain-submit');
  assert.equal(await page.inputValue('[name="f.fee.amount"]'), '25');
  assert.ok((await page.locator('#verdict').innerText()).length > 5);
  await close();
});

test('what cannot be read is said at its input, and the rest is still answered', async () => {
  const { page, close } = await open(browser, house.address);
  await page.goto(`${house.address}/ask/retail/price_adjustment`);
  await page.locator('[name="f.order.lines[0].paid"]').fill('12.345');
  await settled(page);
  assert.match(await page.locator('.wrong-note').innerText(), /at most 2 decimals/);
  assert.ok((await page.locator('#verdict').innerText()).startsWith('We need to know'));
  await close();
});
