// The Ask page: the five stories asked in a real browser, with the mouse and by keyboard alone.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { browser as launch, open, out, serve, settled } from './house.mjs';
import { byKeyboard, byMouse, fill } from './filling.mjs';
import { stories } from './stories.mjs';

let house, browser;
before(async () => {
  house = await serve('books/retail', 'books/rental');
  browser = await launch();
});
after(async () => {
  await browser?.close();
  house?.stop();
});

const verdict = (page) => page.locator('#verdict').innerText();

async function check(page, story) {
  for (const role of ['ai', 'lead', 'frontline']) {
    await byMouse(page, 'role', role);
    await settled(page);
    const text = await verdict(page);
    assert.ok(text.startsWith(story.verdicts[role]), `${role}: ${text}; ${await page.locator('.ask-next').allInnerTexts()}`);
  }
  const [says, amount] = story.first;
  const first = await page.locator('[data-option="1"]').innerText();
  assert.match(first.toLowerCase(), new RegExp(says.toLowerCase()));
  assert.ok(first.includes(amount), `${first} has no ${amount}`);
  const all = await page.locator('#work').innerText();
  for (const seen of story.seen) assert.ok(all.includes(seen), `\`${seen}\` is not on the page:\n${all}`);
  const words = await page.locator('#words').inputValue();
  assert.ok(words.length > 20 && words.includes(story.words), words);
}

for (const story of stories) {
  test(`story ${story.name}`, async () => {
    const { page, complaints, close } = await open(browser, house.address);
    await page.goto(`${house.address}/ask/${story.book}/${story.request}`);
    await byMouse(page, 'asked', story.asked);
    const never = await fill(page, story.facts, byMouse);
    await check(page, story);
    await page.screenshot({ path: `${out}story-${story.name.split(' ')[0]}.png`, fullPage: true });
    console.log(`# not asked: ${never.join(', ') || 'none'}`);
    assert.deepEqual(complaints, []);
    await close();
  });

  test(`story ${story.name}, by keyboard alone`, async () => {
    const { page, complaints, close } = await open(browser, house.address);
    await page.goto(`${house.address}/ask/${story.book}`);
    // Search, and open what is found.
    await page.keyboard.press('/');
    await page.keyboard.type(story.request === 'late_return' ? 'late' : story.request.replaceAll('_', ' '));
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/${story.request}`);
    await byKeyboard(page, 'asked', story.asked);
    await settled(page);
    await fill(page, story.facts, byKeyboard);
    assert.ok((await verdict(page)).startsWith(story.verdicts.frontline), `${await verdict(page)}; ${await page.evaluate(() => new URLSearchParams(new FormData(document.getElementById('work'))).toString())}`);
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press('1');
    assert.equal(await page.evaluate(() => document.activeElement.dataset.option), '1');
    assert.deepEqual(complaints, []);
    await close();
  });
}
