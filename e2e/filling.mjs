// Fills in the form as people do: whatever is asked, until nothing more is.
import { settled } from './house.mjs';

// Gives the names of inputs and values, rows of lists spread out: `f.order.lines[0].paid`.
export function spread(facts) {
  const all = [];
  for (const [name, value] of Object.entries(facts)) {
    if (!Array.isArray(value)) all.push([name, value]);
    else if (typeof value[0] === 'object') {
      value.forEach((row, i) => Object.entries(row).forEach(([key, v]) => all.push([`${name}[${i}].${key}`, v])));
    } else all.push([name, value]);
  }
  return all;
}

// Gives the names of what the form never asked.
export async function fill(page, facts, put) {
  let left = spread(facts);
  for (let round = 0; round < 8 && left.length; round += 1) {
    const waiting = [];
    for (const [name, value] of left) {
      if (!(await add(page, name, value, put))) waiting.push([name, value]);
      else await settled(page);
    }
    if (waiting.length === left.length) break;
    left = waiting;
  }
  await settled(page);
  return left.map(([name]) => name);
}

async function add(page, name, value, put) {
  const row = name.match(/^(f\.[^[]+)\[(\d+)\]/);
  if (row) await rows(page, row[1].slice(2), Number(row[2]));
  if (Array.isArray(value)) return list(page, name, value, put);
  return put(page, name, value);
}

// Adds rows to a list until there is one of this number.
async function rows(page, path, number) {
  const button = page.locator(`button[name=add][value="${path}"]`);
  if (!(await button.count())) return;
  const count = async () => Number(await page.locator(`[name="n.${path}"]`).inputValue());
  while ((await count()) <= number) {
    await button.click();
    await settled(page);
  }
}

async function list(page, name, values, put) {
  if (await page.locator(`input[type=checkbox][name="${name}"]`).count()) {
    for (const value of values) await put(page, name, value);
    return true;
  }
  if (!(await page.locator(`[name="${name}[0]"]`).count())) return false;
  for (const [i, value] of values.entries()) {
    await rows(page, name.slice(2), i);
    await put(page, `${name}[${i}]`, value);
    await settled(page);
  }
  return true;
}

export async function byMouse(page, name, value) {
  const input = page.locator(`[name="${name}"]:not([type=hidden])`);
  if (!(await input.count())) return false;
  const type = await input.first().getAttribute('type');
  if (type === 'radio' || type === 'checkbox') {
    await page.locator(`[name="${name}"][value="${value}"]`).check({ force: true });
  } else if ((await input.first().evaluate((e) => e.tagName)) === 'SELECT') await input.selectOption(value);
  else await input.fill(value);
  return true;
}

// Only with keys: Tab to the input, then type or choose.
export async function byKeyboard(page, name, value) {
  if (!(await page.locator(`[name="${name}"]:not([type=hidden])`).count())) return false;
  if (!(await tabTo(page, name, value))) return false;
  const type = await page.evaluate(() => document.activeElement.type);
  if (type === 'checkbox') await page.keyboard.press('Space');
  else if (type === 'radio') await arrowTo(page, value);
  else if (type === 'select-one') await page.keyboard.type(value);
  else if (type === 'date' || type === 'datetime-local') await date(page, value);
  else {
    await page.keyboard.press('Control+A');
    await page.keyboard.type(value);
  }
  return true;
}

// Tab, until what has the focus says this.
export async function tabToText(page, says) {
  for (let i = 0; i < 200; i += 1) {
    const text = await page.evaluate(() => document.activeElement.innerText ?? '');
    if (says.test(text)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`nothing that says ${says} has the focus`);
}

// Tab, until the input of this name has the focus.
export async function tabTo(page, name, value) {
  for (let i = 0; i < 160; i += 1) {
    const here = await page.evaluate(([n, v]) => {
      const e = document.activeElement;
      return e.name === n && (e.type !== 'checkbox' || e.value === v);
    }, [name, value]);
    if (here) return true;
    await page.keyboard.press('Tab');
  }
  return false;
}

async function arrowTo(page, value) {
  for (let i = 0; i < 12; i += 1) {
    const at = await page.evaluate(() => [document.activeElement.value, document.activeElement.checked]);
    if (at[0] === value && at[1]) return;
    if (at[0] === value) await page.keyboard.press('Space');
    else await page.keyboard.press('ArrowRight');
    await settled(page);
  }
}

// In the order in which a browser set to American English has the parts of a date. People look at what they typed, and
// type it again where a key went missing.
async function date(page, value) {
  const [day, time] = value.split('T');
  const [y, m, d] = day.split('-');
  for (let i = 0; i < 3; i += 1) {
    await page.keyboard.type(`${m}${d}${y}`, { delay: 20 });
    if (time) {
      await page.keyboard.press('ArrowRight');
      const [h, min] = time.split(':').map(Number);
      await page.keyboard.type(`${String(h % 12 || 12).padStart(2, '0')}${String(min).padStart(2, '0')}${h < 12 ? 'A' : 'P'}`, { delay: 20 });
    }
    if ((await page.evaluate(() => document.activeElement.value)) === value) return;
    await settled(page);
    for (let back = 0; back < 6; back += 1) await page.keyboard.press('ArrowLeft');
  }
}
