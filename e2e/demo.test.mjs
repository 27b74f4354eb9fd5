// What `make demo` opens: a shop with its people, and five stories that wait on the desk.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browser as launch, demo, open, out, seen } from './house.mjs';

let address, browser, shop;

before(async () => {
  shop = await demo();
  address = shop.address;
  browser = await launch();
});
after(async () => {
  await browser?.close();
  shop?.stop();
});

async function as(who) {
  const one = await open(browser, address);
  await one.page.goto(`${address}/demo`);
  await one.page.getByRole('link', { name: who }).click();
  await one.page.waitForURL(`${address}/desk`);
  return one;
}

test('one key signs in, and the five stories are there', async () => {
  const { page, complaints, close } = await open(browser, address);
  await page.goto(`${address}/demo`);
  await seen(page, 'demo');
  const number = await page.getByRole('link', { name: 'Rita Ramos' }).getAttribute('data-option');
  await page.keyboard.press(number);
  await page.keyboard.press('Enter');
  await page.waitForURL(`${address}/desk`);
  await seen(page, 'demo-desk');
  assert.equal(await page.locator('.lines .line').count(), 5);
  const verdicts = [];
  for (let story = 0; story < 5; story += 1) {
    await page.goto(`${address}/desk`);
    await page.locator('.lines .line').nth(story).click();
    await page.locator('#verdict').waitFor();
    await page.screenshot({ path: `${out}demo-story-${5 - story}.png`, fullPage: true });
    verdicts.push(await page.locator('#verdict').innerText());
  }
  assert.deepEqual(verdicts, ['Owed', 'Yours to give', 'Yours to give', 'Owed', 'A team lead may say yes']);
  assert.deepEqual(complaints, []);
  await close();
});

test('what is owed or hers to give she gives at once: stories 2 to 5 to their ends', async () => {
  const { page, complaints, close } = await as('Rita Ramos');
  for (const [customer, first] of [
    ['Mei Wong', ''],
    ['Samuel Okoro', ''],
    ['Ines Castro', '$80.00'],
    ['Fatima Rahman', '$189.95'],
  ]) {
    await page.goto(`${address}/desk`);
    await page.getByRole('link', { name: customer }).click();
    const option = page.locator('#options > li').first();
    assert.match(await option.innerText(), new RegExp(first.replaceAll('$', '\\$').replaceAll('.', '\\.')));
    await option.getByRole('button', { name: 'Give' }).dblclick();
    await page.locator('#decided').getByText('Given, under way').waitFor();
    assert.equal(await page.locator('#decided').getByText('Given, under way').count(), 1, `${customer}: once`);
    await page.getByRole('button', { name: 'I have done it' }).click();
    await page.locator('#decided').getByText('Done:').waitFor();
    await page.getByRole('button', { name: 'Settled: close the case' }).click();
    await page.getByText('Settled, by Rita Ramos').waitFor();
    await page.screenshot({ path: `${out}demo-settled-${customer.split(' ')[0].toLowerCase()}.png`, fullPage: true });
  }
  await page.goto(`${address}/desk`);
  assert.equal(await page.locator('.lines .line').count(), 1, 'the blazers wait for a lead');
  assert.deepEqual(complaints, []);
  await close();
});

test('who it is appears as a number is typed, of a customer or of an order', async () => {
  const { page, complaints, close } = await as('Tess Young');
  const number = page.getByRole('searchbox');
  await number.fill('c_1042');
  await page.locator('#found').getByText('Helen Carter').waitFor();
  await page.locator('#found').getByRole('link', { name: 'Price adjustment' }).waitFor();
  await page.screenshot({ path: `${out}demo-found.png`, fullPage: true });
  await number.fill('S-100007');
  await page.locator('#found').getByText('S-100007 is theirs').waitFor();
  const whose = (await page.locator('#found .small').first().innerText()).split(' ')[0];
  await page.getByLabel('What does the customer want?').selectOption('fee');
  await page.getByRole('button', { name: 'Open it' }).click();
  await page.waitForURL('**/desk/cases/*');
  await page.getByText(whose).first().waitFor();
  await page.goto(`${address}/desk`);
  await number.fill('c_none');
  await page.locator('#found').getByText('Nobody is known').waitFor();
  assert.deepEqual(complaints, []);
  await close();
});

test('a lead in another browser says yes to what waits', async () => {
  const lena = await as('Lena Vogel');
  await lena.page.goto(`${address}/approvals`);
  await lena.page.getByText('Omar Haddad asks').waitFor();
  await seen(lena.page, 'demo-approvals');
  const omar = await as('Omar Haddad');
  await omar.page.locator('.lines .line').first().click();
  await omar.page.getByText('Nobody is there to ask').waitFor();
  await lena.page.getByRole('button', { name: 'Yes', exact: true }).click();
  await omar.page.getByText('Lena Vogel says yes').waitFor();
  assert.deepEqual([...lena.complaints, ...omar.complaints], []);
  await lena.close();
  await omar.close();
});
