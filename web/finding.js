// Customers who are found by their name: arrows go through them, and whoever is chosen fills in the field.
export function finding() {
  const field = document.getElementById('customer');
  const list = document.getElementById('found');
  if (!field || !list) return;
  const hits = () => [...list.querySelectorAll('[data-pick]')];
  field.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown' && hits().length) move(event, hits()[0]);
  });
  list.addEventListener('keydown', (event) => {
    const at = hits().indexOf(document.activeElement);
    if (at < 0) return;
    if (event.key === 'ArrowDown') move(event, hits()[Math.min(at + 1, hits().length - 1)]);
    if (event.key === 'ArrowUp') move(event, hits()[at - 1] ?? field);
    if (event.key === 'Escape') move(event, field);
  });
  list.addEventListener('click', (event) => {
    const hit = event.target.closest('button[data-pick]');
    if (!hit) return;
    event.preventDefault();
    field.value = hit.value;
    field.dispatchEvent(new Event('input', { bubbles: true }));
    document.getElementById('words')?.focus();
  });
}

function move(event, to) {
  event.preventDefault();
  to.focus();
}
