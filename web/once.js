// A form is sent once, however often its button is pressed; where no answer comes, it can be sent again after a while.
const WHILE = 5_000;

export function once() {
  document.addEventListener('submit', (event) => {
    // What is asked while typing is sent as often as it changes.
    if (event.defaultPrevented || event.target.method !== 'post') return;
    const { dataset } = event.target;
    if ('sent' in dataset) return event.preventDefault();
    dataset.sent = '';
    setTimeout(() => delete dataset.sent, WHILE);
  });
}
