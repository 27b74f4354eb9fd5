// The question of the Ask page: days ago, the link that carries it, and what is read out when the answer changes.
// All of it stays in the fragment of the address, which browsers do not send.
import { announce } from './announce.js';
import { copy } from './copying.js';

export function question() {
  const form = document.getElementById('work');
  if (!form) return;
  // A case keeps its own question: nothing of it goes into the address.
  const isKept = 'kept' in form.dataset;
  if (isKept) rows();
  else restore(form);
  document.addEventListener('input', daysAgo);
  document.addEventListener('click', (event) => {
    const button = event.target.closest('[data-act=link]');
    const to = event.target.closest('[data-to]');
    if (to) {
      // The fragment carries the question, so the browser is not left to follow this link.
      event.preventDefault();
      const field = document.getElementById(to.dataset.to);
      field?.scrollIntoView({ block: 'center' });
      field?.querySelector('input:not([type=hidden]), select')?.focus();
    }
    if (button) copy(location.href.split('#')[0] + fragment(withPersonal()), button);
  });
  onlyTheLatest();
  staysOpen();
  document.addEventListener('htmx:after:swap', answered);
  // With the form open, the address always leads back to what was asked.
  if (!isKept) addEventListener('popstate', () => restore(document.getElementById('work')));
}

// An answer to what stood there before the last key was typed must not take that key away; the next one is on its way.
function onlyTheLatest() {
  const state = document.documentElement.dataset;
  let typed = 0;
  let sent = 0;
  document.addEventListener('input', () => (state.typed = typed += 1), true);
  document.addEventListener('htmx:before:request', () => (sent = typed));
  document.addEventListener('htmx:before:swap', (event) => typed === sent || event.preventDefault());
  document.addEventListener('htmx:after:swap', () => (state.answered = sent));
}

// What someone has opened stays open when the answer arrives.
function staysOpen() {
  let opened = [];
  document.addEventListener('htmx:before:swap', () => {
    opened = [...document.querySelectorAll('#work details[open][id]')].map((details) => details.id);
  });
  document.addEventListener('htmx:after:swap', () => {
    for (const id of opened) document.getElementById(id)?.setAttribute('open', '');
  });
}

// The same answer again is not read out again, over what was said since.
let readOut;
function answered() {
  const form = document.getElementById('work');
  if (!form) return;
  if (form.dataset.announce !== readOut) announce((readOut = form.dataset.announce));
  if (!('kept' in form.dataset)) history.replaceState(history.state, '', location.pathname + location.search + fragment(true));
  newWords();
}

// Words that were edited stay, until the answer has other ones.
let wordsFrom = document.getElementById('words')?.dataset.from;
function newWords() {
  const words = document.getElementById('words');
  if (!words || words.dataset.from === wordsFrom) return;
  wordsFrom = words.dataset.from;
  words.value = wordsFrom;
}

// On a case buttons send the whole form, but for those that add a row to a list or take one out.
function rows() {
  document.addEventListener('click', (event) => {
    const button = event.target.closest('#work button[name=add], #work button[name=drop]');
    if (!button) return;
    event.preventDefault();
    document.getElementById('work').append(hidden(button.name, button.value));
    document.getElementById('work').dispatchEvent(new Event('ask'));
  });
}

function withPersonal() {
  return document.getElementById('personal')?.checked ?? false;
}

function fragment(personal) {
  const given = new URLSearchParams();
  for (const [name, value] of new FormData(document.getElementById('work'))) {
    const input = document.getElementsByName(name)[0];
    if (value !== '' && (personal || !input?.closest('[data-personal]'))) given.append(name, value);
  }
  return `#${given}`;
}

function restore(form) {
  const given = new URLSearchParams(location.hash.slice(1));
  if (![...given.keys()].some((name) => name !== 'now')) return;
  // Inputs that the form does not show yet travel along; the answer shows them.
  for (const name of new Set(given.keys())) {
    const known = form.querySelector(`[name="${CSS.escape(name)}"]`);
    if (known) set(form, name, given.getAll(name));
    else for (const value of given.getAll(name)) form.append(hidden(name, value));
  }
  form.dispatchEvent(new Event('ask'));
}

function set(form, name, values) {
  for (const input of form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
    if (input.type === 'radio' || input.type === 'checkbox') input.checked = values.includes(input.value);
    else input.value = values[0];
  }
}

function hidden(name, value) {
  const input = document.createElement('input');
  Object.assign(input, { type: 'hidden', name, value });
  return input;
}

// "5 days ago" fills in the date.
function daysAgo(event) {
  const target = document.getElementById(event.target.dataset?.ago);
  if (!target || event.target.value === '') return;
  const now = document.querySelector('#work [name=now]').value;
  const day = new Date(`${now.slice(0, 10)}T12:00:00Z`);
  day.setUTCDate(day.getUTCDate() - Number(event.target.value));
  const date = day.toISOString().slice(0, 10);
  target.value = target.type === 'date' ? date : `${date}T${target.value.slice(11, 16) || now.slice(11, 16)}`;
  target.dispatchEvent(new Event('input', { bubbles: true }));
}
