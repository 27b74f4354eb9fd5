// Someone without an account is asked by mail: a real mail server takes it, a real browser opens its link.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { SMTPServer } from 'smtp-server';
import { browser as launch, open, program, root, seen, serve } from './house.mjs';

const folder = mkdtempSync(join(tmpdir(), 'amends-links-'));
const file = (name, text) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const mails = [];
let arrived = () => {};
let browser, house, post, token;

before(async () => {
  post = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _, done) =>
      username === 'amends' && password === 'of the post' ? done(null, { user: username }) : done(new Error('no')),
    onRcptTo: ({ address }, _, done) => (address.startsWith('gone@') ? done(new Error(`<${address}>: no such box`)) : done()),
    onData: (stream, session, done) => {
      let text = '';
      stream.on('data', (part) => (text += part));
      stream.on('end', () => {
        // Lines that were broken for the way are whole again.
        mails.push({ to: session.envelope.rcptTo[0].address, text: text.replaceAll('=\r\n', '').replaceAll('=3D', '=') });
        arrived();
        done();
      });
    },
  });
  await new Promise((resolve) => post.listen(0, '127.0.0.1', resolve));
  const database = join(folder, 'amends.db');
  token = execFileSync(
    program,
    ['people', 'add', 'rita', '--role', 'frontline', '--team', 'shop', '--business', 'retail', '--database', database],
    { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] },
  ).toString().trim();
  const config = file('amends.toml', `
database = "amends.db"
[mail]
server = "smtp://127.0.0.1:${post.server.address().port}"
user = "amends"
password-file = "${file('password', 'of the post\n')}"
from = "Retail <care@shop.example>"
`);
  house = await serve('books/retail', '--config', config);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  house?.stop();
  await new Promise((resolve) => post.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

async function api(method, path, body) {
  const answer = await fetch(`${house.address}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
    body: body && JSON.stringify(body),
  });
  return { status: answer.status, ...(await answer.json()) };
}

async function consult(words) {
  const { case: id } = await api('POST', '/v1/cases', { request: 'returns', customer: 'c_1001' });
  await api('POST', `/v1/cases/${id}/consults`, { department: 'the stores', words });
  const [{ id: part }] = (await api('GET', `/v1/cases/${id}`)).consults;
  return { id, at: `/v1/cases/${id}/consults/${part}` };
}

test('the stores are asked by mail, and answer without an account', async () => {
  const { id, at } = await consult('Was the label of her parcel torn when you took it back?');
  const came = new Promise((resolve) => (arrived = resolve));
  assert.equal((await api('POST', `${at}/link`, { mail: 'stores@shop.example' })).status, 201);
  await came;
  const [{ to, text }] = mails;
  assert.equal(to, 'stores@shop.example');
  assert.match(text, /^From: "?Retail"? <care@shop\.example>/m);
  assert.match(text, /^Subject: A question for the stores/m);
  assert.match(text, /Was the label of her parcel torn/);
  const link = text.match(/http:\/\/\S+\/consult\/\S+/)[0];
  const look = await open(browser, house.address);
  await look.page.goto(link);
  await look.page.getByRole('heading', { name: 'A question for the stores' }).waitFor();
  await seen(look.page, 'consult');
  await look.page.goto(`${house.address}/consult/retail~nothing`);
  await seen(look.page, 'consult-refused');
  assert.deepEqual(look.complaints.filter((text) => !/404/.test(text)), []);
  await look.close();
  const { page, complaints, close } = await open(browser, house.address, { javaScriptEnabled: false });
  await page.goto(link);
  await page.getByLabel('Your answer').fill('It was torn,\nand taped over.');
  await page.getByRole('button', { name: 'Send the answer' }).click();
  await page.getByRole('heading', { name: 'Thank you' }).waitFor();
  await page.goto(link);
  await page.getByRole('heading', { name: 'Answered already' }).waitFor();
  assert.deepEqual(complaints, []);
  await close();
  const after = await open(browser, house.address);
  await after.page.goto(link);
  await seen(after.page, 'consult-answered');
  await after.close();
  const { consults, owner } = await api('GET', `/v1/cases/${id}`);
  assert.equal(consults[0].answer, 'It was torn,\nand taped over.');
  assert.equal(owner.id, 'rita', 'a consult never moves the case');
});

test('an address that the mail server refuses is told on the case', async () => {
  const { id, at } = await consult('And this one?');
  await api('POST', `${at}/link`, { mail: 'gone@shop.example' });
  for (;;) {
    const { events } = await api('GET', `/v1/cases/${id}/events`);
    const noted = events.find(({ kind }) => kind === 'case.noted');
    if (noted) {
      assert.match(noted.event.what.noted.words, /could not be sent: they refused/);
      assert.doesNotMatch(noted.event.what.noted.words, /gone@/, 'the record keeps no address');
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
});
