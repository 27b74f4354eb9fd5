// A first visit to each page of the demo: what comes over the wire.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browser as launch, demo, open, settled } from './house.mjs';

let address, browser, firstCase, shop;
const signedIn = {};

before(async () => {
  shop = await demo();
  address = shop.address;
  browser = await launch();
  for (const who of ['rita', 'hugo']) {
    const { page, close } = await open(browser, address);
    await page.goto(`${address}/demo/${who}`);
    signedIn[who] = await page.context().storageState();
    if (who === 'rita') firstCase = await page.locator('.lines .line').first().getAttribute('href');
    await close();
  }
});
after(async () => {
  await browser?.close();
  shop?.stop();
});

const pages = [
  ['Ask', () => '/ask/retail'],
  ['a question', () => '/ask/retail/price_adjustment'],
  ['Sign in', () => '/sign-in'],
  ['the demo', () => '/demo'],
  ['Desk', () => '/desk', 'rita'],
  ['Case', () => firstCase, 'rita'],
  ['Approvals', () => '/approvals', 'hugo'],
  ['Rules', () => '/book/retail', 'rita'],
  ['a rule', () => '/book/retail/price_adjustment', 'rita'],
  ['Settings', () => '/settings', 'hugo'],
];

for (const [name, path, who] of pages) {
  test(`first visit to ${name}: less than 120 KB, all from our own host`, async () => {
    const { page, complaints, close } = await open(browser, address, { storageState: signedIn[who] });
    const client = await page.context().newCDPSession(page);
    await client.send('Network.enable');
    await client.send('Network.setCacheDisabled', { cacheDisabled: true });
    const files = new Map();
    client.on('Network.responseReceived', (e) => files.set(e.requestId, [e.response.url.replace(address, '')]));
    client.on('Network.loadingFinished', (e) => files.get(e.requestId)?.push(e.encodedDataLength));
    await page.goto(address + path());
    await settled(page);
    await page.evaluate(() => document.fonts.ready);
    const came = [...files.values()].filter(([, size]) => size);
    const bytes = came.reduce((sum, [, size]) => sum + size, 0);
    console.log(`# ${name}: ${bytes} bytes in ${came.length} answers`);
    for (const kind of [/\.css/, /\.js/, /\.woff2/, /^\/(?!assets)/]) assert.ok(came.some(([url]) => kind.test(url)), `${kind} did not come`);
    assert.ok(bytes < 120_000, `${bytes} bytes: ${came.join(' ')}`);
    assert.deepEqual(complaints, []);
    await close();
  });
}
