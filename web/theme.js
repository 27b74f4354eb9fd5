// Light or dark: as the system has it, until somebody says otherwise on this machine.
const root = document.documentElement;

export function theme() {
  const kept = localStorage.getItem('theme');
  if (kept) root.dataset.theme = kept;
  document.querySelector('[data-act=theme]')?.addEventListener('click', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    localStorage.setItem('theme', root.dataset.theme);
  });
}

function isDark() {
  return root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
}
