// Filters the kinds of request by what is typed; every word must be there. Enter opens the first.
import { announce, says } from './announce.js';

export function search() {
  const input = document.querySelector('[data-filters]');
  if (!input) return;
  const items = [...document.querySelectorAll(`#${input.dataset.filters} > li`)];
  const shown = () => items.filter((li) => !li.hidden);
  input.addEventListener('input', () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const li of items) li.hidden = !words.every((w) => li.dataset.words.includes(w));
    document.getElementById('find-none').hidden = shown().length > 0;
    announce(says('found', shown().length));
  });
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') shown()[0]?.querySelector('a').click();
  });
}
