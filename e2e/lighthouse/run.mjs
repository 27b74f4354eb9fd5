// What Lighthouse says of the Desk and a case, for someone who is signed in to the made-up shop. Fails below 95 for
// accessibility and best practices; performance is told, since it is that of this machine too.
import * as launcher from 'chrome-launcher';
import lighthouse from 'lighthouse';
import { demo } from '../house.mjs';

const LEAST = 95;
const shop = await demo();
const chrome = await launcher.launch({
  chromePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  chromeFlags: ['--headless=new', '--no-sandbox', '--disable-gpu'],
});
let low = 0;
try {
  const come = await fetch(`${shop.address}/demo/rita`, { redirect: 'manual' });
  const Cookie = come.headers.getSetCookie().map((cookie) => cookie.split(';')[0]).join('; ');
  const desk = await (await fetch(`${shop.address}/desk`, { headers: { Cookie } })).text();
  const [a] = desk.match(/\/desk\/cases\/\w+/);
  for (const [name, path] of [['desk', '/desk'], ['case', a]]) {
    const { lhr } = await lighthouse(`${shop.address}${path}`, {
      port: chrome.port,
      logLevel: 'error',
      extraHeaders: { Cookie },
      onlyCategories: ['accessibility', 'best-practices', 'performance'],
    });
    if (!lhr.finalDisplayedUrl.endsWith(path)) throw new Error(`${path} led to ${lhr.finalDisplayedUrl}`);
    for (const [id, { score }] of Object.entries(lhr.categories)) {
      const points = Math.round(score * 100);
      const isLow = id !== 'performance' && points < LEAST;
      if (isLow) low += 1;
      console.log(`${name.padEnd(5)} ${id.padEnd(15)} ${points}${isLow ? `  below ${LEAST}` : ''}`);
    }
    for (const { title, score, scoreDisplayMode } of Object.values(lhr.audits)) {
      if (score !== null && score < 1 && scoreDisplayMode === 'binary') console.log(`        ${title}`);
    }
  }
} finally {
  chrome.kill();
  shop.stop();
}
process.exitCode = low ? 1 : 0;
