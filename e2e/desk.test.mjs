// The desk: the people of a shop work on cases, each in a browser of their own.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { byKeyboard, byMouse, fill, tabToText } from './filling.mjs';
import { audit, browser as launch, call, key, out, seen, serve, settled, signIn } from './house.mjs';
import { moved, stories } from './stories.mjs';

const folder = mkdtempSync(join(tmpdir(), 'amends-desk-'));
const database = join(folder, 'amends.db');
let browser, house, hugo, keys, lena, rita;

before(async () => {
  keys = { rita: key(database, 'rita', 'frontline'), omar: key(database, 'omar', 'frontline'), lena: key(database, 'lena', 'lead'), hugo: key(database, 'hugo', 'head') };
  house = await serve('books/retail', '--database', database);
  browser = await launch();
  const people = [];
  for (const id of ['rita', 'lena', 'hugo']) people.push(await signIn(browser, house.address, id, keys.hugo));
  [rita, lena, hugo] = people;
});
after(async () => {
  await browser?.close();
  house?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const story = (number) => stories.find(({ name }) => name.startsWith(number));

async function opened(page, request, customer, words) {
  await page.goto(`${house.address}/desk`);
  await page.getByLabel('What does the customer want?').selectOption(request);
  await page.getByLabel('The customer\'s number').fill(customer);
  await page.getByLabel('What do they say?').fill(words);
  await page.getByRole('button', { name: 'Open it' }).click();
  await page.waitForURL('**/desk/cases/*');
}

test('the sale five days later: asked of the lead who is there, answered, given', async () => {
  const { page } = rita;
  await lena.page.goto(`${house.address}/approvals`);
  await lena.page.getByText('No question waits for you').waitFor();
  const words = 'I just bought three blazers five days ago and now they are 40% off.';
  await opened(page, 'price_adjustment', 'c_1001', words);
  await page.locator('blockquote.customers').getByText(words).first().waitFor();
  const left = await fill(page, moved(story('1')), byMouse);
  assert.deepEqual(left.filter((name) => name.startsWith('f.')), []);
  await page.screenshot({ path: `${out}desk-case.png`, fullPage: true });
  assert.equal(await page.locator('#verdict').innerText(), 'A team lead may say yes');
  const first = page.locator('#options > li').first();
  assert.match(await first.innerText(), /Credit the difference[\s\S]*\$178\.80[\s\S]*Ask lena: free now/);
  await first.getByRole('button').dblclick();
  await page.getByText('lena is asked until').waitFor();
  assert.equal(await page.getByText('lena is asked until').count(), 1, 'a double click asks once');

  // It arrives by itself, with all that it takes to decide.
  const question = lena.page.locator('.question');
  await question.waitFor();
  assert.match(await lena.page.title(), /^\(1\) Approvals/);
  await lena.page.screenshot({ path: `${out}desk-approvals.png`, fullPage: true });
  assert.match(await question.innerText(), /rita asks you[\s\S]*Credit the difference[\s\S]*\$178\.80[\s\S]*does not hold: yours to waive[\s\S]*three blazers/);
  await question.getByRole('button', { name: 'Yes', exact: true }).click();
  await lena.page.getByText('No question waits for you').waitFor();

  // So does the yes.
  const give = page.getByRole('button', { name: 'Give it now' });
  await give.waitFor();
  await give.dblclick();
  await page.getByText('Given, under way: Credit the difference, $178.80').waitFor();
  assert.equal(await page.getByText('Given, under way').count(), 1, 'a double click gives once');
  await page.getByRole('button', { name: 'I have done it' }).click();
  await page.getByText('Done: Credit the difference').waitFor();
  await page.getByRole('button', { name: 'Settled: close the case' }).click();
  await page.getByText('Settled, by rita').waitFor();
  await seen(page, 'desk-case-settled');
  await page.goto(`${house.address}/desk`);
  await page.getByText('Nobody waits for you.').waitFor();
  assert.deepEqual([...rita.complaints, ...lena.complaints], []);
});

test('the same by keyboard alone', async () => {
  const { page } = rita;
  await lena.page.goto(`${house.address}/desk`);
  await page.goto(`${house.address}/approvals`);
  await page.keyboard.press('g');
  await page.keyboard.press('d');
  await page.waitForURL('**/desk');
  await page.keyboard.press('/');
  await page.keyboard.type('c_1004');
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.type('Price');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await page.keyboard.type('It is cheaper now.');
  await tabToText(page, /^Open it/);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/desk/cases/*');
  const left = await fill(page, moved(story('1')), byKeyboard);
  assert.deepEqual(left.filter((name) => name.startsWith('f.')), []);
  await page.keyboard.press('Escape');
  await page.keyboard.press('1');
  await tabToText(page, /^Ask lena/);
  await page.keyboard.press('Enter');
  await page.getByText('lena is asked until').waitFor();
  await lena.page.keyboard.press('g');
  await lena.page.keyboard.press('a');
  await lena.page.locator('.question').waitFor();
  await lena.page.keyboard.press('y');
  await lena.page.keyboard.press('Enter');
  await lena.page.getByText('No question waits for you').waitFor();
  await page.getByText('lena says yes').waitFor();
  await tabToText(page, /^Give it now/);
  await page.keyboard.press('Enter');
  await page.getByText('Given, under way: Credit the difference, $178.80').waitFor();
  assert.deepEqual([...rita.complaints, ...lena.complaints], []);
});

test('what was given is taken back by one key, and not when it is too late', async () => {
  const { page } = rita;
  await opened(page, 'wrong_goods', 'c_1005', 'These are not the dresses I ordered.');
  await fill(page, moved(story('2')), byMouse);
  const first = page.locator('#options > li').first();
  await first.getByText('What happens then').click();
  await first.getByText('by hand. You do it, then say so here').first().waitFor();
  await page.screenshot({ path: `${out}desk-case-then.png`, fullPage: true });
  await first.getByRole('button', { name: 'Give' }).click();
  await page.getByRole('button', { name: 'Undo' }).waitFor();
  await page.screenshot({ path: `${out}desk-case-undo.png`, fullPage: true });
  assert.deepEqual(await audit(page), []);
  await page.keyboard.press('u');
  await page.locator('#decided').getByText('Taken back: ').waitFor();
  await page.screenshot({ path: `${out}desk-case-undone.png`, fullPage: true });
  // It can be given again; after its time the button goes by itself.
  await page.locator('#options > li').first().getByRole('button', { name: 'Give' }).click();
  const undo = page.getByRole('button', { name: 'Undo' });
  await undo.waitFor();
  await undo.waitFor({ state: 'detached' });
  await page.getByText('Given, under way').waitFor();
  assert.deepEqual(rita.complaints.filter((c) => !c.includes('422')), []);

  // Without scripts the button stays, and the server says that it is too late.
  const context = await browser.newContext({ storageState: await page.context().storageState(), javaScriptEnabled: false });
  const bare = await context.newPage();
  await opened(bare, 'wrong_goods', 'c_1006', 'These are not the dresses I ordered.');
  const key = new URL(bare.url()).pathname;
  await page.goto(house.address + key);
  await fill(page, moved(story('2')), byMouse);
  await page.locator('#options > li').first().getByRole('button', { name: 'Give' }).click();
  await page.getByRole('button', { name: 'Undo' }).waitFor();
  await bare.goto(house.address + key);
  await bare.getByRole('button', { name: 'Undo' }).waitFor();
  await undo.waitFor({ state: 'detached' });
  await bare.getByRole('button', { name: 'Undo' }).click();
  await bare.getByRole('alert').getByText('is under way already').waitFor();
  await context.close();
});

test('a no comes with what stays open, and a bare one is not taken', async () => {
  const { page } = rita;
  await opened(page, 'price_adjustment', 'c_1002', 'It is cheaper now.');
  await fill(page, moved(story('1')), byMouse);
  await page.getByText('Stay with the book: decline').click();
  await page.getByLabel('Why?', { exact: true }).fill('The sale is for orders online.');
  await page.getByRole('button', { name: 'Decline' }).click();
  await page.getByRole('alert').getByText('Never a bare no').waitFor();
  assert.equal(await page.getByLabel('Why?', { exact: true }).inputValue(), 'The sale is for orders online.', 'nothing typed is lost');
  assert.equal(await page.locator('[name="f.order.id"]').inputValue(), 'S-48211');
  await page.screenshot({ path: `${out}desk-case-no.png`, fullPage: true });
  await page.locator('#decline-box').getByRole('checkbox').first().check();
  await page.getByRole('button', { name: 'Decline' }).click();
  await page.getByText('Declined, by rita').waitFor();
  assert.deepEqual(rita.complaints.filter((c) => !c.includes('422')), []);
});

test('going back gives nothing twice, and who is late is told who answered, and what', async () => {
  const { page } = rita;
  await opened(page, 'wrong_goods', 'c_1008', 'These are not the dresses I ordered.');
  await fill(page, moved(story('2')), byMouse);
  await page.locator('#options > li').first().getByRole('button', { name: 'Give' }).click();
  await page.getByText('Given, under way').waitFor();
  const at = page.url();
  await page.goBack();
  const again = page.locator('#options').getByRole('button', { name: 'Give' });
  if (await again.count()) await again.first().click();
  await page.goto(at);
  assert.equal(await page.locator('#decided').getByText('Given, under way').count(), 1);

  await opened(page, 'price_adjustment', 'c_1009', 'It is cheaper now.');
  await fill(page, moved(story('1'), 'S-48212'), byMouse);
  await page.locator('#options > li').first().getByRole('button').click();
  await page.getByText('is asked until').waitFor();
  const context = await browser.newContext({ storageState: await hugo.page.context().storageState(), javaScriptEnabled: false });
  const late = await context.newPage();
  await late.goto(`${house.address}/approvals`);
  const question = late.locator('.question').last();
  await question.getByText('No, and say why').click();
  await question.getByLabel('Why?').fill('The sale is for orders online.');
  await lena.page.goto(`${house.address}/approvals`);
  await lena.page.locator('.question').last().getByRole('button', { name: 'Yes', exact: true }).click();
  await page.getByText('lena says yes').waitFor();
  await question.getByRole('checkbox').first().check();
  await question.getByRole('button', { name: 'No', exact: true }).click();
  const told = await late.getByRole('alert').innerText();
  assert.match(told, /lena said yes meanwhile: Credit the difference, \$178\.80/);
  assert.match(told, /You wrote: The sale is for orders online\./, 'nothing typed is lost');
  await context.close();
});

test('without scripts a case is opened, answered and worked on', async () => {
  const state = await rita.page.context().storageState();
  const context = await browser.newContext({ storageState: state, javaScriptEnabled: false });
  const page = await context.newPage();
  await opened(page, 'fee', 'c_1003', 'What is this fee?');
  await page.getByLabel('Add to the case').fill('They were charged twice <script>alert(1)</script>');
  // Also where someone presses twice, as people do.
  await page.getByRole('button', { name: 'Add', exact: true }).dblclick();
  await page.getByText('They were charged twice <script>alert(1)</script>').waitFor();
  await page.locator('#promise-box summary').click();
  await page.getByLabel('What do you promise the customer?').fill('We call back.');
  await page.getByRole('button', { name: 'Promise', exact: true }).click();
  await page.getByRole('alert').getByText('Until when is it promised?').waitFor();
  assert.equal(await page.getByLabel('What do you promise the customer?').inputValue(), 'We call back.', 'nothing typed is lost');
  await page.getByLabel('Until when?').fill('2027-01-15T10:00');
  await page.getByRole('button', { name: 'Promise', exact: true }).click();
  await page.locator('#told').getByText('until 15 January 2027').waitFor();
  await page.getByRole('button', { name: 'Kept' }).click();
  await page.locator('#told').getByText('kept').waitFor();
  await page.locator('#consult-box summary').click();
  await page.getByLabel('Which?').fill('accounting');
  await page.getByLabel('What are they asked?').fill('Was it charged twice?');
  await page.getByRole('button', { name: 'Ask', exact: true }).click();
  await page.getByText('They answered').click();
  await page.getByLabel('What did accounting say?').fill('It was.');
  await page.locator('#told').getByRole('button', { name: 'Add' }).click();
  await page.locator('#told blockquote').getByText('It was.').waitFor();
  await page.locator('#handover-box summary').click();
  await page.getByLabel('To whom?').selectOption('omar');
  await page.locator('#handover').fill('He knows fees.');
  await page.getByRole('button', { name: 'Offer it' }).click();
  await page.getByText('It is offered to omar').waitFor();
  await context.close();
});

test('the head adds someone, who is told a password this once', async () => {
  const { page } = hugo;
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByText('Add someone').click();
  await page.getByLabel('Id: letters and digits').fill('tess');
  await page.getByLabel('What people call them').fill('Tess Young');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByText('The password for one time of tess, told this once').waitFor();
  const password = await page.locator('#told').innerText();
  await seen(page, 'desk-settings-told');
  const tess = await browser.newContext().then((context) => context.newPage());
  await tess.goto(`${house.address}/sign-in`);
  await tess.getByLabel('Your name here').fill('tess');
  await tess.getByLabel('Password').fill(password);
  await tess.getByRole('button', { name: 'Sign in', exact: true }).click();
  await tess.getByRole('heading', { name: 'Choose your password' }).waitFor();
  await tess.context().close();
  assert.deepEqual(hugo.complaints, []);
});

// Without scripts the second click breaks off the first one's way, so that no single navigation is waited for.
async function arrives(page, where) {
  for (let tries = 0; !where.test(page.url()); tries += 1) {
    assert.ok(tries < 200, `still at ${page.url()}`);
    await page.waitForTimeout(50);
  }
  await page.waitForLoadState();
}

test('a double click does it once, with scripts and without', async () => {
  const ours = (path) => call(house.address, keys.hugo, path);
  const drafts = async () => (await ours('/v1/drafts')).drafts.map(({ policy }) => policy);
  for (const [at, javaScriptEnabled, policy] of [['c_1301', true, 'returns'], ['c_1302', false, 'fees']]) {
    const context = await browser.newContext({ javaScriptEnabled, locale: 'en-US', storageState: await hugo.page.context().storageState() });
    const page = await context.newPage();
    await page.goto(`${house.address}/desk`);
    await page.getByLabel('What does the customer want?').selectOption('returns');
    await page.getByLabel('The customer\'s number').fill(at);
    await page.getByRole('button', { name: 'Open it' }).dblclick();
    await arrives(page, /\/desk\/cases\//);
    assert.equal((await ours(`/v1/cases?customer=${at}`)).cases.length, 1);
    await page.goto(`${house.address}/book/retail/${policy}`);
    await page.getByRole('button', { name: 'Change this rule' }).dblclick();
    await arrives(page, /\/drafts\//);
    assert.equal((await drafts()).filter((of) => of === policy).length, 1);
    await context.close();
  }
});

test('each page of the desk: axe finds nothing, nothing sticks out', async () => {
  await opened(rita.page, 'price_adjustment', 'c_1200', 'It is cheaper now, and I would rather not return all of it.');
  await fill(rita.page, moved(story('1'), 'S-48213'), byMouse);
  await rita.page.locator('#options > li').first().getByRole('button').click();
  await rita.page.getByText('is asked until').waitFor();
  const at = new URL(rita.page.url()).pathname;
  for (const [name, path] of [['home', '/desk'], ['case', at], ['approvals', '/approvals']]) {
    await lena.page.goto(house.address + path);
    await lena.page.locator('h1').waitFor();
    await seen(lena.page, `desk-${name}`);
  }
});
