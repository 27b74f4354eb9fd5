// Starts the program and a browser for the tests.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

export const root = fileURLToPath(new URL('..', import.meta.url));
export const out = fileURLToPath(new URL('out/', import.meta.url));
export const program = process.env.AMENDS ?? `${root}target/debug/amends`;
mkdirSync(out, { recursive: true });

// Where the program answers.
const ours = new Set();

// Starts the program on a port of its own; gives its address and a way to end it.
async function start(...args) {
  const child = spawn(program, [...args, ...(args.includes('--listen') ? [] : ['--listen', '127.0.0.1:0'])], { cwd: root });
  let said = '';
  child.stderr.on('data', (text) => (said += text));
  const address = await new Promise((resolve, reject) => {
    child.stdout.on('data', (text) => {
      said += text;
      const found = said.match(/at (http:\/\/\S+?)\/\s/);
      if (found) resolve(found[1]);
    });
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`the program ended with ${code}: ${said}`)));
  });
  ours.add(address);
  // What it said so far, and a wait until it says something.
  const text = () => said;
  const says = async (what) => {
    while (!what.test(said)) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  return { address, text, said: says, stop: () => child.kill('SIGTERM') };
}

export const serve = (...args) => start('serve', ...args);
export const demo = () => start('demo');

export async function browser() {
  const launched = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
  });
  const newContext = launched.newContext.bind(launched);
  launched.newContext = async (options) => watched(await newContext(options));
  return launched;
}

// What no page of any test may do: ask another host, come without the strict policy, or break it.
const breaches = [];
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

function watched(context) {
  context.on('request', (request) => {
    const { hostname, protocol } = new URL(request.url());
    // What the page of another server asks, such as one to sign in at, is not ours.
    const isOurs = request.isNavigationRequest() || ours.has(new URL(request.frame().url()).origin);
    if (isOurs && protocol !== 'data:' && hostname !== '127.0.0.1') breaches.push(`a page asked ${request.url()}`);
  });
  context.on('response', (response) => {
    const headers = response.headers();
    if (!ours.has(new URL(response.url()).origin) || !headers['content-type']?.startsWith('text/html')) return;
    const says = headers['content-security-policy'];
    if (says !== policy) breaches.push(`${response.url()} has the policy ${says}`);
  });
  context.on('console', (message) => {
    // A picture that is opened is no page of ours: the browser's own viewer wants a style, and does not get it.
    const isFile = /\/files\/[0-9a-f]{64}$/.test(message.page()?.url() ?? '');
    if (/Content Security Policy/i.test(message.text()) && !isFile) breaches.push(message.text());
  });
  return context;
}

process.on('exit', () => {
  if (!breaches.length) return;
  console.error(breaches.join('\n'));
  process.exitCode = 1;
});

// A page that fails the test when it asks another host, breaks its own policy or throws.
export async function open(browser, address, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1400, height: 950 }, locale: 'en-US', ...options });
  const page = await context.newPage();
  const complaints = [];
  page.on('request', (r) => r.url().startsWith(address) || r.url().startsWith('data:') || complaints.push(`asked ${r.url()}`));
  page.on('console', (m) => m.type() === 'error' && complaints.push(m.text()));
  page.on('pageerror', (e) => complaints.push(e.message));
  return { page, complaints, close: () => context.close() };
}

// The database and the business that a key was made in.
const madeIn = new Map();

// What the terminal says of people.
const people = (database, business, ...args) =>
  execFileSync(program, ['people', ...args, '--business', business, '--database', database], { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] })
    .toString().trim();

// A key of someone who works here, made on the terminal.
export function key(database, id, role, business = 'retail') {
  const token = people(database, business, 'add', id, '--role', role, '--team', 'shop');
  madeIn.set(token, [database, business]);
  return token;
}

// Asks the API as whoever has a key, and gives what it answered; what is refused fails the test.
export async function call(address, token, path, body) {
  const answer = await fetch(address + path, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  assert.ok(answer.ok, `${path}: ${answer.status} ${text}`);
  return JSON.parse(text);
}

// A browser of someone's own, signed in with a password that they chose, after one that the terminal gave them: a key gives
// nobody a password. `known`: a key that was made in the same database.
export async function signIn(browser, address, id, known, options = {}) {
  const password = people(...madeIn.get(known), 'password', id).split(/\s+/).at(-1);
  const one = await open(browser, address, options);
  const { page } = one;
  await page.goto(`${address}/sign-in`);
  await page.getByLabel('Your name here').fill(id);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByLabel('New password', { exact: true }).fill('seven red kites over a hill');
  await page.getByLabel('New password again').fill('seven red kites over a hill');
  await page.getByRole('button', { name: 'Choose' }).click();
  await page.waitForURL(`${address}/desk`);
  return one;
}

// Waits until the answer to everything that was typed is on the page.
export async function settled(page) {
  await page.waitForTimeout(180);
  await page.waitForFunction(() => {
    const { typed, answered } = document.documentElement.dataset;
    return Number(typed ?? 0) === Number(answered ?? 0) && !document.querySelector('.htmx-request');
  });
}

// How every page is looked at: how wide, and what its reader prefers. At 320 it is as with text four times as large.
const looks = [
  ['light', 1400, 'light'],
  ['dark', 1400, 'dark'],
  ['phone', 390, 'light'],
  ['narrow', 320, 'dark'],
];

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

// Runs axe as the test driver does, since the page's own policy forbids scripts that are not ours.
export async function audit(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => axe.run(document, { resultTypes: ['violations'] }));
  return found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.html} ${n.failureSummary}`).join(' | ')}`);
}

// What makes a page wider than its window.
export const outside = (page) =>
  page.evaluate(() => {
    const { clientWidth: room, scrollWidth: needed } = document.documentElement;
    if (needed <= room) return [];
    // What scrolls by itself holds what is in it.
    const isHeld = (e) => e.parentElement && (getComputedStyle(e.parentElement).overflowX !== 'visible' || isHeld(e.parentElement));
    const isOut = (e) => e.getBoundingClientRect().right > room + 1 && !isHeld(e);
    const all = [...document.querySelectorAll('body *')].filter((e) => isOut(e) && ![...e.children].some(isOut));
    return [`${needed} in ${room}`, ...all.map((e) => `${e.tagName} ${e.id} ${e.className} ${e.textContent.trim().slice(0, 40)}`)];
  });

// Looks at a page in each way: axe finds nothing, nothing sticks out at its side, and nothing moves for those who want that.
export async function seen(page, name) {
  const before = page.viewportSize();
  for (const [look, width, colorScheme] of looks) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await page.screenshot({ path: `${out}${name}-${look}.png`, fullPage: true });
    assert.deepEqual(await audit(page), [], `${name}, ${look}`);
    assert.deepEqual(await outside(page), [], `${name}, ${look}`);
  }
  const moves = await page.evaluate(() => [...document.querySelectorAll('*')].filter((e) => {
    const { animationDuration, transitionDuration } = getComputedStyle(e);
    return [animationDuration, transitionDuration].some((times) => times.split(',').some((time) => parseFloat(time) > 0.01));
  }).map((e) => e.outerHTML.slice(0, 120)));
  assert.deepEqual(moves, [], `${name} moves`);
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  await page.setViewportSize(before);
}
