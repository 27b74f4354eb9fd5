// The text of a rule: its lines are numbered, those with a mistake are marked, and a mistake leads to its place.
export function lines() {
  const text = document.querySelector('textarea.code');
  if (!text) return;
  const numbers = Object.assign(document.createElement('div'), { className: 'numbers', ariaHidden: 'true' });
  text.before(numbers);
  const draw = () => {
    const wrong = new Set([...document.querySelectorAll('#tried [data-line]')].map((at) => Number(at.dataset.line)));
    const number = (_, at) => Object.assign(document.createElement('span'), { textContent: at + 1, className: wrong.has(at + 1) ? 'never' : '' });
    numbers.replaceChildren(...Array.from(text.value.split('\n'), number));
    follow();
  };
  const follow = () => (numbers.scrollTop = text.scrollTop);
  draw();
  text.addEventListener('input', draw);
  text.addEventListener('scroll', follow);
  document.addEventListener('htmx:after:swap', draw);
  document.addEventListener('click', (event) => {
    const at = event.target.closest('[data-line]');
    if (!at) return;
    event.preventDefault();
    go(text, Number(at.dataset.line), Number(at.dataset.column));
  });
}

// To a character of a line, both counted from 1.
function go(text, line, column) {
  const all = text.value.split('\n');
  const before = all.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  // A character may be two of those that scripts count.
  const at = before + [...(all[line - 1] ?? '')].slice(0, column - 1).join('').length;
  text.focus();
  text.setSelectionRange(at, at);
  const { lineHeight } = getComputedStyle(text);
  text.scrollTop = (line - 1) * parseFloat(lineHeight) - text.clientHeight / 2;
  text.scrollIntoView({ block: 'nearest' });
}
