// Copies words, the note or the answer; prints.
import { announce, says } from './announce.js';

export function copying() {
  document.addEventListener('click', async (event) => {
    const button = event.target.closest('[data-copy]');
    if (button) {
      const from = document.getElementById(button.dataset.copy);
      await copy(from.value ?? from.textContent, button);
    } else if (event.target.closest('[data-act=print]')) {
      print();
    }
  });
}

// Buttons that say just now how it went.
const saying = new WeakSet();

export async function copy(text, button) {
  const worked = await navigator.clipboard?.writeText(text).then(() => true, () => false);
  announce(says(worked ? 'copied' : 'select'));
  const label = [...button.childNodes].find((n) => n.nodeType === Node.TEXT_NODE && n.textContent.trim());
  if (!label || saying.has(button)) return;
  saying.add(button);
  const was = label.textContent;
  const said = ` ${says(worked ? 'copied' : 'refused')}`;
  label.textContent = said;
  setTimeout(() => {
    saying.delete(button);
    // An answer that arrived meanwhile has written it anew.
    if (label.textContent === said) label.textContent = was;
  }, 1500);
}
