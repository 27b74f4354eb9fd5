// Stories two to five as kept cases, from first contact to settled: by mouse, and by keyboard alone, with the people in them.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { byKeyboard, byMouse, fill, tabTo, tabToText } from './filling.mjs';
import { browser as launch, call, key, out, serve, signIn } from './house.mjs';
import { moved, stories } from './stories.mjs';

const folder = mkdtempSync(join(tmpdir(), 'amends-kept-'));
const shops = {};
let browser;

before(async () => {
  browser = await launch();
  for (const book of ['retail', 'rental']) {
    const database = join(folder, `${book}.db`);
    const keys = Object.fromEntries(
      [['rita', 'frontline'], ['lena', 'lead'], ['hugo', 'head']].map(([id, role]) => [id, key(database, id, role, book)]),
    );
    const house = await serve(`books/${book}`, '--database', database);
    const people = {};
    for (const id of Object.keys(keys)) people[id] = await signIn(browser, house.address, id, keys.hugo);
    shops[book] = { ...house, keys, ...people };
  }
});
after(async () => {
  await browser?.close();
  for (const shop of Object.values(shops)) shop.stop();
  rmSync(folder, { recursive: true, force: true });
});

const api = (shop, who, path) => call(shop.address, shop.keys[who], path);

// What hands do: the same acts by mouse, and by keys alone.
const mouse = {
  name: 'by mouse',
  put: byMouse,
  async choose(page, name, value) {
    await page.locator(`select[name="${name}"]`).selectOption(value);
  },
  async write(page, name, text) {
    await page.locator(`[name="${name}"]`).fill(text);
  },
  async check(page, name, value) {
    await page.locator(`[name="${name}"][value="${value}"]`).check();
  },
  async press(page, says) {
    await page.getByRole('button', { name: says }).first().click();
  },
  async open(page, says) {
    await page.locator('summary').filter({ hasText: says }).click();
  },
  async option(page, number, says) {
    await page.locator(`[data-option="${number}"]`).getByRole('button', { name: says }).click();
  },
  async yes(page) {
    await page.getByRole('button', { name: 'Yes', exact: true }).click();
  },
  async no(page, why) {
    await page.getByText('No, and say why').click();
    await page.getByLabel('Why?').fill(why);
  },
};
const keyboard = {
  name: 'by keyboard alone',
  put: byKeyboard,
  async choose(page, name, value) {
    const says = await page.locator(`select[name="${name}"] option[value="${value}"]`).innerText();
    await tabTo(page, name);
    await page.keyboard.type(says);
  },
  async write(page, name, text) {
    await tabTo(page, name);
    await page.keyboard.type(text);
  },
  async check(page, name, value) {
    await tabTo(page, name, value);
    await page.keyboard.press('Space');
  },
  async press(page, says) {
    await tabToText(page, says);
    await page.keyboard.press('Enter');
  },
  async open(page, says) {
    await this.press(page, new RegExp(`^\\s*${says}`));
  },
  async option(page, number, says) {
    await page.keyboard.press('Escape');
    await page.keyboard.press(String(number));
    await this.press(page, says);
  },
  async yes(page) {
    await page.keyboard.press('y');
    await page.keyboard.press('Enter');
  },
  async no(page, why) {
    await page.keyboard.press('n');
    await page.keyboard.type(why);
  },
};

// How each story goes on once the answer is there, and what must have been given.
const plans = [
  { number: '2', says: 'The parcel has two T-shirts in it.', does: gives, right: 'owed', standing: 'entitled', amount: '189.95 USD', cost: '201.95 USD' },
  { number: '3a', says: 'I was in hospital.', does: gives, standing: 'discretion', amount: '80.00 USD', cost: '30.00 USD' },
  { number: '3b', says: 'I did not look at the date.', does: asksLena, by: 'lena', standing: 'approval', amount: '80.00 USD', cost: '30.00 USD' },
  { number: '3c', says: 'Please to the card of my husband.', does: asksForTheUsedPayment, by: 'lena', standing: 'never', amount: '80.00 USD' },
  { number: '4a', says: 'Three days!', does: gives, standing: 'discretion', cost: '85.00 USD' },
  { number: '4b', says: 'I was two hours late.', does: gives, standing: 'discretion', amount: '62.00 USD' },
  { number: '4c', says: 'It broke again.', does: asksTwice, by: 'hugo', standing: 'approval', cost: '85.00 USD' },
  { number: '5', says: 'The coupon does not fit this watch.', does: asksDepartments, by: 'hugo', standing: 'entitled', amount: '180.00 USD', cost: '180.00 USD' },
];

async function gives(hands, { rita }) {
  await hands.option(rita.page, 1, /^Give/);
}

async function givesWhatWasAllowed(hands, { rita }, who) {
  await rita.page.getByText(`${who} says yes`).waitFor();
  await hands.press(rita.page, /^Give it now/);
}

async function asksLena(hands, shop) {
  await hands.option(shop.rita.page, 1, /^Ask lena/);
  await saysYes(hands, shop.lena);
  await givesWhatWasAllowed(hands, shop, 'lena');
}

async function saysYes(hands, { page }) {
  await page.locator('.question').waitFor();
  await hands.yes(page);
  await page.getByText('No question waits for you').waitFor();
}

// Barred for everyone to another card; a lead says yes to the payment that was used.
async function asksForTheUsedPayment(hands, shop) {
  const { page } = shop.rita;
  assert.equal(await page.locator('#option-refund').getByRole('button').count(), 0, 'nobody is asked for what is barred');
  const other = page.locator('li.option').filter({ hasText: 'Refund to the payment that was used' });
  await hands.option(page, await other.getAttribute('data-option'), /^Ask lena/);
  await saysYes(hands, shop.lena);
  await givesWhatWasAllowed(hands, shop, 'lena');
}

// The lead says no and what stays open; the head, who was not in it, takes the second look.
async function asksTwice(hands, shop) {
  const { page } = shop.rita;
  await hands.option(page, 1, /^Ask lena/);
  const { page: lenas } = shop.lena;
  await lenas.locator('.question').waitFor();
  assert.match(await lenas.locator('.question').innerText(), /Nine claims or more in a year/);
  await hands.no(lenas, 'Nine claims.');
  await hands.write(lenas, 'other', 'A loan while it is looked at.');
  await hands.press(lenas, /^No$/);
  await page.getByText('lena says no').waitFor();
  await hands.open(page, 'Ask for a second look');
  const why = await page.locator('#decided textarea').getAttribute('name');
  await hands.write(page, why, 'Each claim was upheld.');
  await hands.press(page, /^Ask$/);
  await page.getByText('hugo is asked').waitFor();
  assert.equal(await page.getByText('Ask for a second look').count(), 0, 'there is one appeal');
  await saysYes(hands, shop.hugo);
  await givesWhatWasAllowed(hands, shop, 'hugo');
}

// The third question to a department brings it to the head, who writes a remedy of their own; it stays hers.
async function asksDepartments(hands, shop) {
  const { page } = shop.rita;
  await hands.press(page, /^Keep this answer/);
  await page.getByText('Assessed: entitled').waitFor();
  for (const department of ['marketing', 'trade in', 'legal']) {
    assert.equal(await page.locator('#chips').getByText('The head sees it').count(), 0);
    await hands.open(page, 'Ask a department');
    await hands.write(page, 'department', department);
    await hands.write(page, 'consult', 'Which watches?');
    await hands.press(page, /^Ask$/);
    await page.locator('#told strong').getByText(department).waitFor();
  }
  await page.locator('#chips').getByText('The head sees it').waitFor();
  const id = page.url().split('/').pop();
  const { head, owner } = await api(shop, 'rita', `/v1/cases/${id}`);
  assert.deepEqual([head, owner.id], ['consults', 'rita']);
  const { page: hugos } = shop.hugo;
  await hugos.goto(page.url());
  await hands.open(hugos, 'Write a remedy for this case');
  await hands.write(hugos, 'own.says', 'Two codes of 20%, any watch, no expiry');
  await hands.choose(hugos, 'own.kind', 'promo_code');
  await hands.write(hugos, 'own.amount', '180');
  await hands.write(hugos, 'own.cost', '180');
  await hands.write(hugos, 'own.charged', 'marketing');
  await hands.write(hugos, 'own.reason', 'We said any watch, and nobody told her otherwise.');
  await hands.press(hugos, /^Write it/);
  await givesWhatWasAllowed(hands, shop, 'hugo');
}

async function opens(hands, page, request, customer, words) {
  await hands.choose(page, 'request', request);
  await hands.write(page, 'customer', customer);
  await hands.write(page, 'words', words);
  await hands.press(page, /^Open it/);
  await page.waitForURL('**/desk/cases/*');
}

for (const hands of [mouse, keyboard]) {
  for (const plan of plans) {
    const story = stories.find(({ name }) => name.startsWith(plan.number));
    test(`story ${story.name}, to its end ${hands.name}`, async () => {
      const shop = shops[story.book];
      const { rita, lena, hugo } = shop;
      const { page } = rita;
      for (const one of [lena, hugo]) await one.page.goto(`${shop.address}/approvals`);
      await page.goto(`${shop.address}/desk`);
      await opens(hands, page, story.request, `c_${plan.number}_${hands.name.split(' ')[1]}`, plan.says);
      // What an order paid goes back once: each story is of an order of its own, and so is each pair of hands.
      const named = story.facts['f.order.id'] ?? story.facts['f.booking.id'];
      const order = named && `${named}-${plan.number}-${hands.name.split(' ')[1]}`;
      await fill(page, moved(story, order), hands.put);
      assert.ok((await page.locator('#verdict').innerText()).startsWith(story.verdicts.frontline));
      const first = await page.locator('#options > li').first().innerText();
      for (const part of story.first) assert.ok(first.toLowerCase().includes(part.toLowerCase()), `${first} has no ${part}`);
      await plan.does(hands, shop);
      await page.locator('#decided').getByText('Given, under way').waitFor();
      const id = page.url().split('/').pop();
      // The lead sees what is theirs to give, of the same facts.
      await lena.page.goto(page.url());
      assert.ok((await lena.page.locator('#verdict').innerText()).startsWith(story.verdicts.lead));
      await hands.press(page, /^I have done it/);
      await page.locator('#decided').getByText('Done:').waitFor();
      await hands.press(page, /^Settled: close/);
      await page.getByText('Settled, by rita').waitFor();
      await page.screenshot({ path: `${out}kept-${plan.number}-${hands.name.split(' ')[1]}.png`, fullPage: true });

      const kept = await api(shop, 'rita', `/v1/cases/${id}`);
      const [grant, ...more] = kept.grants;
      assert.deepEqual([kept.state, kept.owner.id, grant.state, more.length], ['settled', 'rita', 'settled', 0]);
      assert.equal(kept.assessments.at(-1).standing, plan.standing);
      assert.deepEqual([grant.right, grant.authority], [plan.right ?? 'discretion', plan.by ?? 'rita']);
      if (plan.amount) assert.equal(grant.amount, plan.amount);
      if (plan.cost) assert.equal(grant.cost, plan.cost);
      assert.deepEqual([...rita.complaints, ...lena.complaints, ...hugo.complaints], []);
    });
  }
}
