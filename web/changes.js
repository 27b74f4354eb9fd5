// When the rules were edited: asks again, or shows the page anew.
export function changes() {
  if (!document.querySelector('[data-go=b]')) return;
  const source = new EventSource('/changes');
  addEventListener('pagehide', () => source.close());
  source.addEventListener('book', async () => {
    const page = await fetch(location.pathname + location.search, { headers: { accept: 'text/html' } }).catch(() => null);
    if (!page) return;
    const fresh = new DOMParser().parseFromString(await page.text(), 'text/html');
    const form = document.getElementById('work');
    if (form && fresh.getElementById('work')) {
      document.getElementById('banner').replaceChildren(...fresh.getElementById('banner').childNodes);
      form.dispatchEvent(new Event('ask'));
    } else if (![...document.querySelectorAll('#main :is(input, textarea)')].some(isTyped)) {
      document.getElementById('main').replaceWith(fresh.getElementById('main'));
    }
  });
}

// What someone has typed stays; what they send is held against the rules as they are then.
function isTyped(field) {
  return field.value !== field.defaultValue || field.checked !== field.defaultChecked;
}
