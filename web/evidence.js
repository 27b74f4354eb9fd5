// Files are dropped anywhere on the page of a case, or pasted: they wait in the form until it is said what they show.
import { announce, says } from './announce.js';

export function evidence() {
  if (!document.getElementById('evidence-file')) return;
  document.addEventListener('dragover', (event) => event.dataTransfer?.types.includes('Files') && event.preventDefault());
  document.addEventListener('drop', (event) => take(event, event.dataTransfer));
  document.addEventListener('paste', (event) => take(event, event.clipboardData));
}

function take(event, given) {
  const input = document.getElementById('evidence-file');
  if (!input || !given?.files.length) return;
  event.preventDefault();
  const all = new DataTransfer();
  for (const file of [...input.files, ...given.files]) all.items.add(file);
  input.files = all.files;
  document.getElementById('evidence-box').open = true;
  const shows = document.getElementById('shows');
  shows.scrollIntoView({ block: 'center' });
  shows.focus();
  announce(says('chosen', input.files.length));
}
