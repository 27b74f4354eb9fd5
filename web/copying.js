// Copies words, the note or the answer; prints.
import { announce } from './announce.js';

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

export async function copy(text, button) {
  const worked = await navigator.clipboard?.writeText(text).then(() => true, () => false);
  const said = worked ? 'Copied' : 'Copying is not allowed here: select the text and copy it';
  announce(said);
  const label = [...button.childNodes].find((n) => n.nodeType === Node.TEXT_NODE && n.textContent.trim());
  if (!label || button.dataset.was) return;
  button.dataset.was = label.textContent;
  label.textContent = ` ${worked ? 'Copied' : 'Not allowed'}`;
  setTimeout(() => {
    label.textContent = button.dataset.was;
    delete button.dataset.was;
  }, 1500);
}
