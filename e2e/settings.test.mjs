// Settings: the head changes who may do what, tries what is connected, and brings in files.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { browser as launch, key, out, seen, serve, signIn } from './house.mjs';

const folder = mkdtempSync(join(tmpdir(), 'amends-settings-'));
const database = join(folder, 'amends.db');
let browser, house, hugo, receiver, heard, answer;

before(async () => {
  const keys = { rita: key(database, 'rita', 'frontline'), hugo: key(database, 'hugo', 'head') };
  receiver = createServer((request, response) => {
    heard.push(request.headers);
    request.resume().on('end', () => response.writeHead(answer).end('{}'));
  });
  [heard, answer] = [[], 200];
  await new Promise((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  house = await serve('books/retail', '--database', database, '--reach-private');
  browser = await launch();
  hugo = await signIn(browser, house.address, 'hugo', keys.hugo);
});
after(async () => {
  await browser?.close();
  house?.stop();
  receiver?.close();
  rmSync(folder, { recursive: true, force: true });
});

const section = (page, title) => page.locator('section.card').filter({ has: page.getByRole('heading', { name: title, exact: true }) });

test('a team is taken further, a limit is set, raised and taken away', async () => {
  const { page } = hugo;
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByLabel('How far team shop has come').selectOption('limited');
  await page.getByLabel('Up to, where team shop has such a bound').fill('50');
  await page.getByRole('button', { name: 'Change team shop' }).click();
  await page.waitForURL('**/settings#teams');
  assert.equal(await page.getByLabel('Up to, where team shop has such a bound').inputValue(), '50.00 USD');
  const limits = section(page, 'Limits');
  await limits.getByText('Set a limit').click();
  await limits.getByLabel('Whose').selectOption('person rita');
  await limits.getByLabel('At most, in USD').fill('much');
  await limits.getByRole('button', { name: 'Set it' }).click();
  await page.getByRole('alert').waitFor();
  assert.equal(await limits.getByLabel('Whose').inputValue(), 'person rita', 'nothing typed is lost');
  assert.equal(await limits.getByLabel('At most, in USD').inputValue(), 'much');
  await limits.getByLabel('At most, in USD').fill('$1,200');
  await limits.getByRole('button', { name: 'Set it' }).click();
  await page.waitForURL('**/settings#limits');
  const most = limits.getByLabel('At most for rita');
  assert.equal(await most.inputValue(), '1200.00');
  await most.fill('60');
  await limits.getByRole('button', { name: 'Change what rita may spend each day' }).click();
  await page.waitForLoadState();
  assert.equal(await most.inputValue(), '60.00');
  await page.screenshot({ path: `${out}settings.png`, fullPage: true });
  await limits.getByRole('button', { name: 'Take away what limits rita each day' }).click();
  await limits.getByText('There are none beside those of roles').waitFor();
});

test('what is connected is tried, and says what came back', async () => {
  const { page } = hugo;
  await page.goto(`${house.address}/settings`);
  const hooks = section(page, 'Connected systems');
  await hooks.getByText('Connect a system').click();
  await hooks.getByLabel('Id', { exact: true }).fill('helpdesk');
  await hooks.getByLabel('Its address').fill(`http://127.0.0.1:${receiver.address().port}/amends`);
  await hooks.getByLabel('What for').selectOption('tell');
  await hooks.getByRole('button', { name: 'Connect' }).click();
  await page.getByText('The secret of helpdesk, told this once').waitFor();
  await page.getByRole('link', { name: 'helpdesk' }).click();
  await page.getByRole('button', { name: 'Send a message to try it' }).click();
  await page.getByText('The message was taken: they answered 200.').waitFor();
  assert.ok(heard.some((headers) => headers['webhook-signature']?.startsWith('v1,')), 'it is signed');
  answer = 422;
  await page.getByRole('button', { name: 'Send a message to try it' }).click();
  await page.getByText('The message was not taken: they answered 422.').waitFor();
  await page.screenshot({ path: `${out}settings-webhook-no.png`, fullPage: true });
  answer = 200;
  await page.getByRole('button', { name: /^Send it again of test/ }).first().click();
  await page.locator('.banner[role=status]').waitFor();
});

test('without scripts a file is looked at, mended and brought in', async () => {
  const state = await hugo.page.context().storageState();
  const context = await browser.newContext({ storageState: state, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${house.address}/settings`);
  await page.getByRole('link', { name: 'Bring in a file' }).click();
  const choose = async (text) => {
    await page.getByLabel('What it holds').selectOption('orders');
    await page.getByLabel('The file').setInputFiles({ name: 'orders.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  };
  await choose('number,customer,at,total\nS-1,c_1,2026-11-16,149.00\nS-2,c_1,17/11/2026,18.90\n');
  await page.getByLabel('Columns that are called otherwise').fill('id=number');
  await page.getByRole('button', { name: 'Import it' }).click();
  await page.getByText('1 of 2 rows cannot be taken as they are').waitFor();
  await page.getByRole('row', { name: /^3 at/ }).waitFor();
  await page.screenshot({ path: `${out}settings-import-no.png`, fullPage: true });
  assert.equal(await page.getByLabel('Columns that are called otherwise').inputValue(), 'id=number', 'nothing typed is lost');
  await choose('number,customer,at,total\nS-1,c_1,2026-11-16,149.00\nS-2,c_1,2026-11-17,18.90\n');
  await page.getByRole('button', { name: 'Check it' }).click();
  await page.getByText('Nothing was written yet').waitFor();
  await choose('number,customer,at,total\nS-1,c_1,2026-11-16,149.00\nS-2,c_1,2026-11-17,18.90\n');
  await page.getByRole('button', { name: 'Import it' }).click();
  await page.getByText('2 rows kept.').waitFor();
  await page.locator('section.card').filter({ hasText: 'Brought in before' }).getByText('2 rows').waitFor();
  await context.close();
});

test('settings: axe finds nothing, nothing sticks out', async () => {
  const { page } = hugo;
  for (const [name, path] of [['all', '/settings'], ['webhook', '/settings/webhooks/helpdesk'], ['import', '/settings/imports']]) {
    await page.goto(house.address + path);
    for (const summary of await page.locator('main details > summary').all()) await summary.click();
    await seen(page, `settings-${name}`);
  }
});
