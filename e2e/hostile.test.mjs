// Hostile text in every field of every form, sent by every button: it stays text, and nothing falls over.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { browser as launch, call, key, open, serve, settled, signIn } from './house.mjs';

const folder = mkdtempSync(join(tmpdir(), 'amends-hostile-'));
const database = join(folder, 'amends.db');
const hostile = `"'></textarea></title><img src=x onerror="pwned()"><script>pwned()</script>{{7*7}}\${7*7}`;
let browser, house, keys;
const people = {};

before(async () => {
  keys = Object.fromEntries([['rita', 'frontline'], ['lena', 'lead'], ['hugo', 'head']].map(([id, role]) => [id, key(database, id, role)]));
  house = await serve('books/retail', '--database', database);
  browser = await launch();
  for (const id of Object.keys(keys)) people[id] = (await signIn(browser, house.address, id, keys.hugo)).page;
  people.guest = (await open(browser, house.address)).page;
});
after(async () => {
  await browser?.close();
  house?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const api = (who, path, body) => call(house.address, keys[who], path, body);

// What ends someone's session, or what is still to be looked at, is not pressed.
const ends = /sign-out|people\/(leave|password)|\/discard$/;

// The buttons of all forms of a page: form, button, and where it leads.
const buttons = (page) =>
  page.evaluate(() =>
    [...document.forms].flatMap((form, f) =>
      [...form.querySelectorAll('button:not([type=button])')].map((button, b) => [f, b, button.getAttribute('formaction') ?? form.getAttribute('action') ?? '', form.method]),
    ),
  );

// Fills every field of a form with hostile text, whatever it is for, and presses one of its buttons.
function press(page, f, b) {
  return page.evaluate(([form, button, text]) => {
    const of = document.forms[form];
    const pressed = of?.querySelectorAll('button:not([type=button])')[button];
    if (!pressed) return false;
    for (const field of of.querySelectorAll('input, textarea, select')) {
      if (['csrf', 'key', 'version', 'base', 'as'].includes(field.name) || field.type === 'file') continue;
      if (field.tagName === 'SELECT') field.append(new Option(text, text, true, true));
      else if (field.type === 'checkbox' || field.type === 'radio') [field.value, field.checked] = [field.type === 'radio' ? field.value : text, true];
      else [field.type, field.value] = [field.tagName === 'TEXTAREA' ? field.type : 'text', text];
    }
    of.noValidate = true;
    setTimeout(() => of.requestSubmit(pressed));
    return true;
  }, [f, b, hostile]);
}

async function isText(page, where) {
  const found = await page.evaluate(() => {
    const put = document.querySelectorAll('img[src=x], [onerror], body script, title ~ img');
    return [...put].map((e) => e.outerHTML.slice(0, 200));
  });
  assert.deepEqual(found, [], `${where}: text became part of the page`);
  assert.doesNotMatch(await page.content(), /49\$\{7\*7\}|\}\}49/, `${where}: text was worked out`);
}

test('hostile text stays text wherever it is typed', async () => {
  const { case: id } = await api('rita', '/v1/cases', { request: 'price_adjustment', customer: 'c_1' });
  const at = `/v1/cases/${id}`;
  const { link } = await api('rita', `${at}/customer-link`, {});
  await api('rita', `${at}/customer-questions`, { words: 'Which colour?' });
  await api('rita', `${at}/promises`, { words: 'A call', due: new Date(Date.now() + 86_400_000).toISOString() });
  await api('rita', `${at}/consults`, { department: 'stores', words: 'Was it torn?' });
  const { url } = await api('hugo', '/v1/inlets', { id: 'site', kind: 'form', owner: 'rita' });
  await api('hugo', '/v1/webhooks', { id: 'helpdesk', url: 'https://helpdesk.example/hook', purpose: 'fulfil', kinds: [] });
  const { id: draft } = await api('hugo', '/v1/drafts', { policy: 'returns' });
  const pages = [
    ['guest', new URL(link).pathname], ['guest', new URL(url).pathname], ['guest', '/sign-in'],
    ['guest', '/ask/retail'], ['guest', '/ask/retail/price_adjustment'],
    ['rita', '/desk'], ['rita', `/desk/cases/${id}`], ['rita', '/account'],
    ['lena', `/desk/cases/${id}`], ['lena', '/approvals'],
    ['hugo', `/desk/cases/${id}`], ['hugo', `/drafts/${draft}`], ['hugo', `/drafts/${draft}?as=text`],
    ['hugo', '/settings/imports'], ['hugo', '/settings/webhooks/helpdesk'], ['hugo', '/settings'],
  ];
  let pressed = 0;
  for (const [who, path] of pages) {
    const page = people[who];
    const broken = [];
    const watch = (response) => response.status() >= 500 && broken.push(`${response.url()}: ${response.status()}`);
    page.on('response', watch);
    await page.goto(house.address + path);
    for (const [f, b, action, method] of await buttons(page)) {
      if (ends.test(action) || method === 'dialog') continue;
      await page.goto(house.address + path);
      // The form of Ask answers in its place; a button may be gone by now.
      const stays = action.includes('/ask/retail/price_adjustment');
      const went = stays || page.waitForEvent('load').catch(() => null);
      if (!(await press(page, f, b))) continue;
      if (stays) await settled(page);
      assert.ok(await went, `${who} ${path} ${action} leads nowhere`);
      await isText(page, `${who} ${path} ${action}`);
      pressed += 1;
    }
    page.off('response', watch);
    assert.deepEqual(broken, [], `${who} ${path}`);
  }
  console.log(`# ${pressed} buttons were pressed`);
  assert.ok(pressed > 60, `only ${pressed} buttons were pressed`);
  // What was kept of it is text wherever it is shown.
  for (const [who, path] of [...pages, ['rita', '/history'], ['rita', '/book/retail'], ['rita', '/book/retail/returns']]) {
    await people[who].goto(house.address + path);
    await isText(people[who], `${who} ${path}`);
  }
  await people.rita.goto(`${house.address}/desk/cases/${id}`);
  const kept = await people.rita.locator('main').innerText();
  assert.ok(kept.includes('{{7*7}}'), kept);
});
