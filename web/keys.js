// Keys: `/` searches, `?` shows the keys, `g` and a letter goes places, `j` `k` move, `1` to `9` pick, `c` copies, `y` `n` answer,
// `u` undoes; Escape leaves what is typed into, so that they are heard again.
let going = false;

export function keys() {
  const help = document.getElementById('keys');
  // Guests are shown no keys.
  if (!help) return;
  document.querySelector('[data-act=keys]')?.addEventListener('click', () => help.showModal());
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    if (isTyping(event.target)) {
      if (event.key === 'Escape') event.target.blur();
      return;
    }
    const act = going ? go : acts[event.key] ?? (/^[1-9]$/.test(event.key) ? pick : null);
    going = event.key === 'g' && !going;
    if (act?.(event.key, help)) event.preventDefault();
  });
}

const acts = {
  '?': (_, help) => help.showModal() ?? true,
  '/': () => focus(document.querySelector('[type=search], .questions .next input, .questions .next select, .questions input')),
  j: () => move(1),
  k: () => move(-1),
  y: () => answer('.yes button'),
  n: () => answer('textarea'),
  u: () => document.querySelector('[data-undo] button')?.click() ?? true,
  c: () => document.querySelector('[data-copy=words]')?.click() ?? true,
};

function isTyping(target) {
  return target.closest?.('input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]');
}

function focus(element) {
  element?.focus();
  element?.select?.();
  return Boolean(element);
}

function go(key) {
  const link = document.querySelector(`[data-go="${CSS.escape(key)}"]`);
  if (link) location.assign(link.href);
  return Boolean(link);
}

// To the yes of a question, or to where a no is explained; Enter then says it.
function answer(what) {
  const question = document.activeElement.closest?.('.question') ?? document.querySelector('.question');
  const part = question?.querySelector(what);
  part?.closest('details')?.setAttribute('open', '');
  return focus(part);
}

// Through the kinds of request or the options, whichever the page has.
function move(step) {
  const all = [...document.querySelectorAll('.kinds li:not([hidden]) a, [data-option]')];
  if (!all.length) return false;
  const at = all.indexOf(document.activeElement);
  return focus(all[Math.min(Math.max(at + step, 0), all.length - 1)]);
}

function pick(key) {
  const option = document.querySelector(`[data-option="${key}"]`);
  document.querySelectorAll('[data-option][aria-current]').forEach((o) => o.removeAttribute('aria-current'));
  option?.setAttribute('aria-current', 'true');
  option?.scrollIntoView({ block: 'nearest' });
  return focus(option);
}
