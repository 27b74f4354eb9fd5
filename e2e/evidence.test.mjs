// Files on a case: dropped, pasted, chosen, and looked at where they can run nothing.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { browser as launch, key, out, seen, serve, signIn } from './house.mjs';

const folder = mkdtempSync(join(tmpdir(), 'amends-evidence-'));
const database = join(folder, 'amends.db');
// One red dot.
const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==', 'base64');
let at, browser, house, rita;

before(async () => {
  const head = key(database, 'hugo', 'head');
  key(database, 'rita', 'frontline');
  house = await serve('books/retail', '--database', database);
  browser = await launch();
  rita = await signIn(browser, house.address, 'rita', head);
  const { page } = rita;
  await page.getByLabel('What does the customer want?').selectOption('wrong_goods');
  await page.getByLabel('The customer\'s number').fill('c_1');
  await page.getByLabel('What do they say?').fill('These are not mine.');
  await page.getByRole('button', { name: 'Open it' }).click();
  await page.waitForURL('**/desk/cases/*');
  at = new URL(page.url()).pathname;
});
after(async () => {
  await browser?.close();
  house?.stop();
  rmSync(folder, { recursive: true, force: true });
});

// As someone drops a file on the page, or pastes a picture.
const gives = (page, how, name) =>
  page.evaluate(([event, called, bytes]) => {
    const given = new DataTransfer();
    given.items.add(new File([new Uint8Array(bytes)], called, { type: 'image/png' }));
    const init = { bubbles: true, cancelable: true, dataTransfer: given, clipboardData: given };
    document.body.dispatchEvent(event === 'drop' ? new DragEvent('drop', init) : new ClipboardEvent('paste', init));
  }, [how, name, [...png]]);

test('a dropped and a pasted file wait for their words, and are on the story', async () => {
  const { page, complaints } = rita;
  for (const [how, words] of [['drop', 'the label of the parcel'], ['paste', 'what the shop showed']]) {
    await gives(page, how, `${how}.png`);
    await page.waitForFunction(() => document.activeElement.id === 'shows');
    await page.locator('#announce').getByText('Files chosen: 1. Say what they show, then add them.').waitFor({ state: 'attached' });
    await page.keyboard.type(words);
    await page.waitForTimeout(400);
    assert.equal(await page.locator('#evidence-file').evaluate((input) => input.files.length), 1, 'answers leave it there');
    if (how === 'drop') await page.screenshot({ path: `${out}evidence-dropped.png`, fullPage: true });
    await page.getByRole('button', { name: 'Add to the case' }).click();
    await page.locator('#so-far').getByText(words).waitFor();
  }
  assert.equal(await page.locator('#so-far img.thumb').count(), 2);
  // Pictures are loaded as they come into sight.
  await page.locator('#so-far img.thumb').first().scrollIntoViewIfNeeded();
  await page.waitForFunction(() => document.querySelector('#so-far img.thumb').naturalWidth === 1);
  const [shown] = await Promise.all([page.context().waitForEvent('page'), page.getByRole('link', { name: 'Look at the file' }).first().click()]);
  await shown.waitForLoadState();
  assert.match(shown.url(), /\/files\/[0-9a-f]{64}$/);
  await shown.close();
  assert.deepEqual(complaints, []);
});

test('what is not taken says why, and keeps the words', async () => {
  const { page } = rita;
  await page.locator('#evidence-box summary').click();
  await page.locator('#evidence-file').setInputFiles({ name: 'tool.exe', mimeType: 'image/png', buffer: Buffer.from('MZ\x90\x00', 'latin1') });
  await page.getByLabel('What do they show?').fill('the tool');
  await page.getByRole('button', { name: 'Add to the case' }).click();
  await page.getByRole('alert').getByText('“tool.exe” cannot be kept').waitFor();
  assert.equal(await page.getByLabel('What do they show?').inputValue(), 'the tool');
  await page.screenshot({ path: `${out}evidence-refused.png`, fullPage: true });
});

test('without scripts a file is added by the form', async () => {
  const context = await browser.newContext({ storageState: await rita.page.context().storageState(), javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(house.address + at);
  await page.locator('#evidence-box summary').click();
  await page.locator('#evidence-file').setInputFiles({ name: 'receipt.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4\n') });
  await page.getByLabel('What do they show?').fill('the receipt');
  await page.getByRole('button', { name: 'Add to the case' }).click();
  await page.locator('#so-far').getByText('the receipt').waitFor();
  await context.close();
});

test('the form for files: axe finds nothing, and a camera is offered where fingers point', async () => {
  const { page } = rita;
  await page.goto(house.address + at);
  await page.locator('#evidence-box summary').click();
  await seen(page, 'evidence');
  assert.equal(await page.getByLabel('Or take a photo now').isVisible(), false);
  const context = await browser.newContext({ isMobile: true, hasTouch: true, viewport: { width: 390, height: 844 }, storageState: await page.context().storageState() });
  const phone = await context.newPage();
  await phone.goto(house.address + at);
  await phone.locator('#evidence-box summary').click();
  assert.equal(await phone.getByLabel('Or take a photo now').isVisible(), true);
  await context.close();
});
