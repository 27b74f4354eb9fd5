// What others do appears by itself on the pages of those who are signed in: an open stream also says that they are there.
import { announce, says } from './announce.js';
import { ring } from './sound.js';

// What changes a case, a queue or a list.
const kinds = [
  'opened', 'customer_known', 'evidence_added', 'noted', 'customer_spoke', 'customer_asked', 'customer_thanked', 'hold_lapsed', 'promised',
  'promise_missed', 'promise_kept', 'consulted', 'consult_answered', 'handover_offered', 'handover_refused',
  'handover_withdrawn', 'handed_over', 'brought_to_head', 'assessed', 'bespoke_written', 'approval_asked',
  'approval_passed_on', 'approved', 'refused', 'approval_ended', 'reserved', 'grant_taken_back', 'grant_settled',
  'grant_released', 'declined', 'settled', 'reopened',
];
// What is said of some of them.
const said = { approved: 'yes', refused: 'no', approval_asked: 'asked', grant_settled: 'done', customer_thanked: 'thanks' };

export function live() {
  const { since } = document.body.dataset;
  if (since === undefined) return;
  const of = document.getElementById('work')?.dataset.case;
  title();
  if (document.querySelector('[data-undo]')) announce(says('given'));
  setInterval(() => {
    count();
    undo();
  }, 1000);
  // From what the page shows on: what happens while it is on its way is not missed.
  listen({ ...(of && { case: of }), ...(since && { after: since }) });
}

function listen(to) {
  const source = new EventSource(`/v1/events?${new URLSearchParams(to)}`);
  addEventListener('pagehide', () => source.close());
  // A stream that was turned away does not come again by itself: perhaps what this page shows was undone by a restore.
  source.addEventListener('error', () => {
    if (source.readyState !== EventSource.CLOSED) return;
    const { after, ...anew } = to;
    setTimeout(() => {
      again();
      listen(anew);
    }, 30_000);
  });
  for (const kind of kinds) {
    source.addEventListener(`case.${kind}`, () => {
      if (said[kind]) announce(says(said[kind]));
      again();
    });
  }
}

// Several things that happen at once are one look.
let later;
function again() {
  clearTimeout(later);
  later = setTimeout(look, 120);
}

// Where something was not done, the address is that of the act.
function here() {
  const of = document.getElementById('work')?.dataset.case;
  return of ? `/desk/cases/${encodeURIComponent(of)}` : location.pathname.replace(/^\/approvals\/.*/, '/approvals');
}

async function look() {
  const page = await fetch(here(), { headers: { accept: 'text/html' } }).catch(() => null);
  if (!page?.ok || page.redirected) return;
  const fresh = new DOMParser().parseFromString(await page.text(), 'text/html');
  const before = waiting();
  for (const part of document.querySelectorAll('[data-live]')) {
    const now = fresh.getElementById(part.id);
    // What someone is typing into, or has opened, stays as it is.
    const focused = part.contains(document.activeElement) ? document.activeElement : null;
    const isBusy = (focused && !focused.href) || part.querySelector('details[open]');
    if (!now || isBusy || now.innerHTML === part.innerHTML) continue;
    part.replaceChildren(...now.childNodes);
    // A link that was followed keeps the focus.
    if (focused) [...part.querySelectorAll('a')].find((link) => link.href === focused.href)?.focus();
  }
  title();
  if (waiting() > before) ring();
}

// While the customer waits, how long there is left is told by the second.
function count() {
  for (const left of document.querySelectorAll('[data-left]')) {
    const seconds = Math.max(0, Number(left.dataset.left) - 1);
    left.dataset.left = seconds;
    if (seconds < 600) left.textContent = left.dataset.says.replace('#', `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`);
  }
}

// What was just given can be taken back for a few seconds.
function undo() {
  for (const part of document.querySelectorAll('[data-undo]')) {
    part.dataset.undo = Number(part.dataset.undo) - 1;
    part.querySelector('.seconds').textContent = part.dataset.undo;
    if (Number(part.dataset.undo) > 0) continue;
    part.remove();
    again();
  }
}

// How many questions wait stands in the title too.
function title() {
  const bare = document.title.replace(/^\(\d+\) /, '');
  document.title = waiting() ? `(${waiting()}) ${bare}` : bare;
}

function waiting() {
  return Number(document.querySelector('[data-waiting]')?.dataset.waiting ?? 0);
}
